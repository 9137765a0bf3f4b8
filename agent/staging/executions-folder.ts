import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Makes the folder of all executions. The folders in it have nothing to do with each other, and ext4 is told so
 * (`chattr +T`): it then puts each in a part of the disk of its own. All in one place, short commands wait for it to
 * step over what was removed a moment ago. Where that cannot be asked for, on another file system, nothing is lost.
 */
export async function makeExecutionsFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { recursive: true });
  if (made === undefined || process.platform !== 'linux') return;
  await run('chattr', ['+T', folder]).catch(() => undefined);
}
