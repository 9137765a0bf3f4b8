import { access, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files that every executor keeps in an execution's folder. Absent ones are normal: nothing was written yet. */
export const executionFiles = {
  stdout: (folder: string) => join(folder, 'stdout'),
  stderr: (folder: string) => join(folder, 'stderr'),
  /**
   * Made, empty, just before the command starts: without it, nothing of the command ever ran. Then the exit code in
   * decimal, ` oom` after it if the kernel killed for memory, and a newline: without that, incomplete.
   */
  exit: (folder: string) => join(folder, 'exit'),
};

export interface StoredExit {
  code: number;
  oom: boolean;
}

/** The exit code that the command left; undefined while there is none or it is incomplete. */
export async function readStoredExit(folder: string): Promise<StoredExit | undefined> {
  let text: string;
  try {
    text = await readFile(executionFiles.exit(folder), 'latin1');
  } catch {
    return undefined;
  }
  const match = /^(\d{1,3})( oom)?\n$/.exec(text);
  return match === null ? undefined : { code: Number(match[1]), oom: match[2] !== undefined };
}

/** Stores how the command ended; it is there whole or not at all. */
export async function writeStoredExit(folder: string, exit: StoredExit): Promise<void> {
  const path = executionFiles.exit(folder);
  const part = `${path}.part`;
  await writeFile(part, `${exit.code}${exit.oom ? ' oom' : ''}\n`);
  await rename(part, path);
}

export async function hasBegun(folder: string): Promise<boolean> {
  try {
    await access(executionFiles.exit(folder));
    return true;
  } catch {
    return false;
  }
}

/** Throws EEXIST if the execution has begun before. */
export async function markBegun(folder: string): Promise<void> {
  const handle = await open(executionFiles.exit(folder), 'wx');
  await handle.close();
}

export async function unmarkBegun(folder: string): Promise<void> {
  await rm(executionFiles.exit(folder), { force: true });
}
