import type Docker from 'dockerode';

export interface ContainerState {
  Status: string;
  ExitCode: number;
  OOMKilled: boolean;
  Error: string;
}

/**
 * Resolves when the container does not run (any more). Rejects when the engine breaks off, refuses (404: there is no
 * such container), and when aborted.
 *
 * By the engine's events, not by dockerode's `wait`: a promise of that is never settled when its connection breaks.
 */
export async function untilEnded(docker: Docker, name: string, abort: AbortSignal): Promise<ContainerState> {
  const enough = new AbortController();
  try {
    const events = await docker.getEvents({
      filters: { container: [name], event: ['die', 'destroy'] },
      abortSignal: AbortSignal.any([abort, enough.signal]),
    });
    const each = events[Symbol.asyncIterator]();
    for (;;) {
      const { State: state } = await docker.getContainer(name).inspect();
      if (['created', 'exited', 'dead'].includes(state.Status)) return state;
      const { done } = await each.next();
      abort.throwIfAborted();
      if (done) throw new Error('Docker ended the connection.');
    }
  } finally {
    enough.abort();
  }
}
