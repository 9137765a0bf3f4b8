import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

/** What is removed at once: so many files and folders at most, none of them larger than so many bytes. */
const FEW = 32;
const SMALL = 16 << 20;

/**
 * Removes a folder and all that is in it; one that is not there is fine. What a short command leaves, a few folders
 * and files, goes at once: `rm` hands each of them to other threads, again and again, and costs as much as running the
 * command did.
 */
export async function removeFolder(folder: string): Promise<void> {
  try {
    removeFew(folder, { left: FEW });
  } catch {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws, having removed some or nothing, when there is more than that or anything is in the way. */
function removeFew(folder: string, budget: { left: number }): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    budget.left -= 1;
    if (budget.left < 0) throw new Error('too many to remove at once');
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!removeIfEmpty(path)) removeFew(path, budget);
    } else if (lstatSync(path).size > SMALL) throw new Error('too large to remove at once');
    else unlinkSync(path);
  }
  rmdirSync(folder);
}

/** Most folders of a short command are, and looking into them takes longer. */
function removeIfEmpty(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
