import { readFile } from 'node:fs/promises';

/** The most memory that the process has held since its start, in MB; undefined where there is no /proc (not Linux). */
export async function peakMemory(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return peak === undefined ? undefined : Number(peak) / 1_000;
}
