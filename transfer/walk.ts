import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, raw } from './byte-path.ts';
import { onPath } from './transfer-error.ts';

/** Something below a folder. A folder comes before what is in it. */
export type Entry =
  | { kind: 'folder'; relative: BytePath }
  | { kind: 'file'; relative: BytePath; size: number }
  /** A link to somewhere in the same tree; `target` is relative, and good in a copy of the tree too. */
  | { kind: 'link'; relative: BytePath; target: BytePath }
  /** A link to somewhere else, or one that goes in circles. */
  | { kind: 'outside-link'; relative: BytePath; target: BytePath }
  /** A socket, a pipe, a device: nothing that could be copied. */
  | { kind: 'special'; relative: BytePath };

/** All that is below `root`, which must be a real path (no links in it), by name. Links are not followed. */
export async function* walk(root: BytePath): AsyncGenerator<Entry> {
  yield* walkFolder(root, '');
}

async function* walkFolder(root: BytePath, folder: BytePath): AsyncGenerator<Entry> {
  for (const name of await namesIn(posix.join(root, folder))) {
    const relative = folder === '' ? name : `${folder}/${name}`;
    const path = `${root}/${relative}`;
    const found = await onPath('read', path, () => lstat(raw(path)));
    if (found.isFile()) yield { kind: 'file', relative, size: found.size };
    else if (found.isSymbolicLink()) yield await linkEntry(root, relative);
    else if (!found.isDirectory()) yield { kind: 'special', relative };
    else {
      yield { kind: 'folder', relative };
      yield* walkFolder(root, relative);
    }
  }
}

/** Sorted, so that a transfer does the same every time. */
export async function namesIn(folder: BytePath): Promise<BytePath[]> {
  const names = await onPath('read', folder, () => readdir(raw(folder), { encoding: 'latin1' }));
  return names.sort();
}

async function linkEntry(root: BytePath, relative: BytePath): Promise<Entry> {
  const path = `${root}/${relative}`;
  const text = await onPath('read', path, () => readlink(raw(path), { encoding: 'latin1' }));
  const from = posix.dirname(path);
  const lexical = posix.resolve(from, text);
  const real = await realTarget(path, lexical);
  if (real === undefined || !isWithin(root, real)) return { kind: 'outside-link', relative, target: text };
  // An absolute link, or one that leaves the tree and comes back, would lead from a copy to the original.
  const within = posix.join(posix.dirname(relative), text);
  const leaves = text.startsWith('/') || within === '..' || within.startsWith('../');
  return { kind: 'link', relative, target: leaves ? posix.relative(from, real) : text };
}

/** Of a link to nothing, what it says. Undefined for one that cannot be resolved. */
async function realTarget(path: BytePath, lexical: BytePath): Promise<BytePath | undefined> {
  try {
    return await realpath(raw(path), { encoding: 'latin1' });
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? lexical : undefined;
  }
}

/** Both are normal, absolute paths. */
export function isWithin(folder: BytePath, path: BytePath): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}
