import { mkdir, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, raw } from './byte-path.ts';
import { onPath } from './transfer-error.ts';

/**
 * Makes a folder and those above it. Not with Node's `recursive`, which never ends where the system says that a folder
 * that is there is not, as below /proc.
 */
export async function makeFolder(path: BytePath): Promise<void> {
  await onPath('write', path, () => makeBelow(path));
}

async function makeBelow(path: BytePath): Promise<void> {
  try {
    await mkdir(raw(path));
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? error.code : undefined;
    if (errno === 'ENOENT' && !(await isFolder(posix.dirname(path)))) {
      await makeBelow(posix.dirname(path));
      await makeBelow(path);
    } else if (!(await isFolder(path))) throw error;
  }
}

/** Or a link to one. */
export async function isFolder(path: BytePath): Promise<boolean> {
  return (await stat(raw(path)).catch(() => undefined))?.isDirectory() ?? false;
}
