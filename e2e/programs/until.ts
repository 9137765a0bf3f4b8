import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { StatusCounts } from '#core/contract/counters.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { ServerProgram } from './server-program.ts';

const LOOK_EVERY = 50;
const PATIENCE = 60_000;

/**
 * Looks until what is seen is enough, and returns it. Rejects after `within` milliseconds, with what was seen last.
 * For what nothing tells of; `look` may throw while the thing is not there.
 */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  isEnough: (seen: T) => boolean,
  within = PATIENCE,
): Promise<T> {
  const deadline = performance.now() + within;
  for (;;) {
    let last: unknown;
    try {
      const seen = await look();
      if (isEnough(seen)) return seen;
      last = seen;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(
        `${what}: not so within ${within / 1_000} s; seen last: ${inspect(last, { depth: 5, breakLength: 120 })}`,
      );
    }
    await delay(LOOK_EVERY);
  }
}

export interface WatchedTasks {
  ids?: TaskId[];
  from?: { first: TaskId; count: number };
  batch?: string;
}

export interface Progress {
  counts: StatusCounts;
  total: number;
  ended: number;
  done: boolean;
  /** At most a hundred. */
  failed: TaskId[];
}

/**
 * Follows the tasks by the server's own subscription until `isEnough`, by default until all have ended; a server that
 * goes away and comes back does not matter. Rejects after `within` milliseconds, with the progress seen last.
 */
export async function untilTasks(
  server: ServerProgram,
  watched: WatchedTasks,
  isEnough: (progress: Progress) => boolean,
  within = PATIENCE,
): Promise<Progress> {
  const { promise, resolve, reject } = Promise.withResolvers<Progress>();
  let last: Progress | undefined;
  const subscription = server.api.task.watch.subscribe(watched, {
    onData: (progress) => {
      last = progress;
      if (isEnough(progress)) resolve(progress);
    },
    onError: reject,
    onComplete: () => reject(new Error(`The watch ended early; seen last: ${inspect(last)}`)),
  });
  const timer = setTimeout(() => {
    reject(
      new Error(
        `The tasks ${inspect(watched)} did not come so far within ${within / 1_000} s; seen last: ${inspect(last)}`,
      ),
    );
  }, within);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}

export async function untilDone(server: ServerProgram, watched: WatchedTasks, within = PATIENCE): Promise<Progress> {
  return untilTasks(server, watched, ({ done }) => done, within);
}
