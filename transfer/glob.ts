import { stat } from 'node:fs/promises';
import { type BytePath, raw } from './byte-path.ts';
import { isFolder } from './make-folder.ts';
import { namesIn } from './walk.ts';

export interface Found {
  path: BytePath;
  /** Below the deepest folder that the pattern names without a `*`. */
  relative: BytePath;
}

export function hasGlob(path: BytePath): boolean {
  return path.includes('*');
}

/**
 * What an absolute pattern matches: folders if it ends in `/`, else files. `*` is any part of a name between two
 * slashes, also of a name that begins with a dot. In the order of their names.
 */
export async function* expandGlob(pattern: BytePath): AsyncGenerator<Found> {
  const wantsFolder = pattern.endsWith('/');
  const parts = pattern.split('/').filter((part) => part !== '');
  const first = parts.findIndex(hasGlob);
  yield* expand({ path: `/${parts.slice(0, first).join('/')}`, relative: '' }, parts.slice(first), wantsFolder);
}

async function* expand(at: Found, parts: readonly BytePath[], wantsFolder: boolean): AsyncGenerator<Found> {
  const [part, ...rest] = parts;
  if (part === undefined) {
    const found = await stat(raw(at.path)).catch(() => undefined);
    if (wantsFolder ? found?.isDirectory() : found?.isFile()) yield at;
    return;
  }
  if (!hasGlob(part)) {
    yield* expand(below(at, part), rest, wantsFolder);
    return;
  }
  if (at.relative !== '' && !(await isFolder(at.path))) return;
  const pattern = patternOf(part);
  for (const name of await namesIn(at.path)) {
    if (pattern.test(name)) yield* expand(below(at, name), rest, wantsFolder);
  }
}

function below({ path, relative }: Found, name: BytePath): Found {
  return {
    path: path === '/' ? `/${name}` : `${path}/${name}`,
    relative: relative === '' ? name : `${relative}/${name}`,
  };
}

function patternOf(part: BytePath): RegExp {
  const literals = part.split(/\*+/).map((text) => RegExp.escape(text));
  return new RegExp(`^${literals.join('.*')}$`, 's');
}
