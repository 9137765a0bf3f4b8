import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAMS = ['scitq', 'scitq-launch', 'scitq-server', 'scitq-worker'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The file that Node runs. Throws when it is not built. */
export function programPath(name: ProgramName): string {
  const file = join(DIST, `${name}.js`);
  if (!existsSync(file))
    throw new Error(`${file} is missing: build the programs first, with \`node scripts/build.ts\`.`);
  return file;
}

/** vitest's globalSetup: one clear error instead of one in each test. */
export default function requireBuild(): void {
  for (const name of PROGRAMS) programPath(name);
}
