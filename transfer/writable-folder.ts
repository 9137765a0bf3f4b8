import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Makes sure that `folder` is there and can be written; folders that it makes get `mode`. Rejects with the system's
 * reason.
 */
export async function makeWritableFolder(folder: string, mode: number): Promise<void> {
  await makeFolder(folder, mode);
  const probe = join(folder, `.writable-${process.pid}`);
  try {
    // Not empty: that would fit on a full disk.
    await writeFile(probe, 'yes');
  } finally {
    await rm(probe, { force: true });
  }
}

/** With its parents, one after the other: Node's own way never ends below /proc, where nothing can be made. */
async function makeFolder(folder: string, mode: number): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (found !== undefined) throw new Error(`${folder} is a file`);
  if (dirname(folder) !== folder) await makeFolder(dirname(folder), mode);
  await mkdir(folder, { mode }).catch((error: unknown) => {
    // Somebody else made it meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
