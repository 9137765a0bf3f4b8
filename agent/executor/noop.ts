import type { Executor } from './executor.ts';
import { alreadyEnded } from './exit.ts';

/** Succeeds at once and writes nothing: what is left of a task's life is the scheduler's and the agent's own cost. */
export function makeNoopExecutor(): Executor {
  return {
    prepare: async () => ({ kind: 'ready' }),
    start: async (_request, onHandle) => {
      await onHandle({ kind: 'noop' });
      return alreadyEnded({ kind: 'exited', code: 0 });
    },
    recover: async () => ({ kind: 'never-started' }),
    close: async () => {},
  };
}
