import type { TaskId } from '#core/task/ids.ts';
import type { Store } from '#server/store/store.ts';
import { retryByClone } from './transition.ts';

export interface Retried {
  retried: { from: TaskId; to: TaskId }[];
  /** Neither failed nor canceled, or retried before. */
  skipped: TaskId[];
}

/** Puts a copy of each failed or canceled task in the queue, with `retry` automatic retries, in one transaction. */
export async function retry(
  store: Store,
  ids: readonly TaskId[],
  options: { retry?: number | undefined; now: () => number },
): Promise<Retried> {
  return store.write(async (tx) => {
    const result: Retried = { retried: [], skipped: [] };
    for (const task of await tx.taskStates(ids)) {
      if ((task.status !== 'F' && task.status !== 'X') || task.hidden) {
        result.skipped.push(task.id);
        continue;
      }
      const to = await retryByClone(tx, task, options.retry ?? task.retry, options.now());
      result.retried.push({ from: task.id, to });
    }
    return result;
  });
}
