import { readdir, readFile } from 'node:fs/promises';

export interface FoundProcess {
  pid: number;
  /** Its arguments, joined by spaces. */
  command: string;
}

/**
 * Living processes that have `mark` in their environment: those that a test started and all that descend from them,
 * whatever their session or group. Empty where there is no /proc.
 */
export async function processesMarked(mark: string): Promise<FoundProcess[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => processIfMarked(pid, mark)));
  return found.filter((one) => one !== undefined);
}

async function processIfMarked(pid: number, mark: string): Promise<FoundProcess | undefined> {
  if (pid === process.pid) return undefined;
  try {
    // Empty for a process that has ended and is not buried.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1');
    if (!environment.includes(mark)) return undefined;
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim();
    return { pid, command };
  } catch {
    // It ended meanwhile, or is another user's.
    return undefined;
  }
}
