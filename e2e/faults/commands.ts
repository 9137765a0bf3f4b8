import { readFile } from 'node:fs/promises';
import type { TaskId } from '#core/task/ids.ts';

/** A command that began: written by the command itself, so there is a line for each time that it was started. */
export interface Start {
  taskId: number;
  attempt: number;
  /** Of the command's shell. */
  pid: number;
}

/** `script` run by sh, after a line of its own in the file `starts`. */
export function recorded(starts: string, script: string): string[] {
  // A line this short is appended whole, also by several commands at once.
  return ['sh', '-c', `echo "$SCITQ_TASK_ID $SCITQ_ATTEMPT $$" >>"$0"; ${script}`, starts];
}

export async function readStarts(file: string): Promise<Start[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [taskId, attempt, pid] = line.split(' ').map(Number);
      if (taskId === undefined || attempt === undefined || pid === undefined) throw new Error(`a torn line: ${line}`);
      return { taskId, attempt, pid };
    });
}

/** The pid of an attempt's shell; undefined while it has not begun. */
export async function pidOf(file: string, task: TaskId, attempt: number): Promise<number | undefined> {
  const starts = await readStarts(file);
  return starts.find((start) => start.taskId === task && start.attempt === attempt)?.pid;
}

/** Prints `lines` numbered lines on both streams, spread over `seconds` in ten pieces, then ends with `code`. */
export function chatty(lines: number, seconds: number, code: number): string {
  const piece = Math.ceil(lines / 10);
  return [
    `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "out $i"; echo "err $i" >&2;`,
    `[ $((i % ${piece})) -ne 0 ] || sleep ${(seconds / 10).toFixed(3)}; done; exit ${code}`,
  ].join(' ');
}

/** What {@link chatty} prints on one of the streams. */
export function chatter(prefix: 'out' | 'err', lines: number): string {
  return Array.from({ length: lines }, (_, index) => `${prefix} ${index + 1}\n`).join('');
}

/** Whether the process lives; one that has ended and is not buried does not. */
export async function isAlive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  return stat !== undefined && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}
