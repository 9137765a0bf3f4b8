import { constants } from 'node:os';
import type { Exit, Running } from './executor.ts';

/**
 * How a command ended that left this exit code. By the custom of shells and Docker, 128 and a signal's number stands
 * for a death by that signal; it is believed only after a signal was ordered, for a command may end with any code.
 */
export function exitOf(code: number, signalOrdered: boolean): Exit {
  const signal = signalOrdered ? signalNumbered(code - 128) : undefined;
  return signal === undefined ? { kind: 'exited', code } : { kind: 'signaled', signal };
}

/** A command that had ended before anybody looked. */
export function alreadyEnded(exit: Exit): Running {
  return { kind: 'running', ended: Promise.resolve(exit), signal: async () => {} };
}

function signalNumbered(wanted: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === wanted)?.[0];
}
