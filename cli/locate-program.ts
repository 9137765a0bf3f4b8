import { existsSync } from 'node:fs';
import { CliError } from './errors.ts';

/** Beside this file once it is bundled into dist/; from the sources, dist/ beside this folder. */
const FOLDERS = ['./', '../', '../dist/'] as const;

/** Where a program of this package lies. @throws CliError when it has not been built. */
export function locateProgram(name: string): URL {
  for (const folder of FOLDERS) {
    const file = new URL(`${folder}${name}.js`, import.meta.url);
    if (existsSync(file)) return file;
  }
  throw new CliError(
    'INVALID',
    `${name} is not here: this copy of scitq has not been built`,
    'Build it with `npm run build`',
  );
}
