import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a worker may take to stop its tasks and itself, before it is killed. */
const STOP_WITHIN = 15_000;
/** It is no child of this process, so that its end can only be looked for. */
const LOOK_EVERY = 50;

/**
 * Ends the worker that a server left behind, if it was killed or crashed: it runs in a process group of its own and
 * would go on without it. Asked first, since it then stops the commands that it runs. `since` (milliseconds since the
 * epoch) is when that server was started: an older lock is of another worker, whose process id may be anybody's by now.
 */
export async function endLeftWorker(data: string, since: number): Promise<void> {
  const lock = join(data, 'worker', 'agent.lock');
  const made = await stat(lock).catch(() => undefined);
  if (made === undefined || made.mtimeMs < since) return;
  const pid = pidIn(await readFile(lock, 'utf8').catch(() => ''));
  if (pid === undefined) return;
  send(pid, 'SIGTERM');
  const deadline = performance.now() + STOP_WITHIN;
  while (send(pid, 0) && performance.now() < deadline) await delay(LOOK_EVERY);
  send(pid, 'SIGKILL');
}

function pidIn(text: string): number | undefined {
  const match = /"pid":\s*(\d+)/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Whether there was such a process to send it to. */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
