import type { SignalName } from '../executor.ts';

/** Suspending must not be refusable, and a command may ignore SIGTSTP: SIGSTOP it is. */
const SENT: Record<SignalName, NodeJS.Signals> = { TERM: 'SIGTERM', KILL: 'SIGKILL', TSTP: 'SIGSTOP', CONT: 'SIGCONT' };

/** Sends to all processes of the group; one that has no process left is fine. TERM also wakes what is suspended. */
export function signalGroup(leader: number, name: SignalName): void {
  send(leader, SENT[name]);
  if (name === 'TERM') send(leader, 'SIGCONT');
}

/**
 * Kills what is left of a group whose leader is dead, so that nothing goes on unseen. A pid is not given again while
 * a group goes by it: if the number is a process now, the group is gone and the process is somebody else's.
 */
export function killOrphanedGroup(leader: number): void {
  try {
    process.kill(leader, 0);
  } catch (error) {
    if (isErrno(error, 'ESRCH')) send(leader, 'SIGKILL');
  }
}

function send(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!isErrno(error, 'ESRCH')) throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
