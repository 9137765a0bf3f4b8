import type { WorkerStatus } from '#core/contract/counters.ts';
import type { WorkerId } from '#core/task/ids.ts';
import type { Store } from '#server/store/store.ts';
import { transition } from './transition.ts';

/**
 * Ends what a worker was running as `lost` and puts those tasks back to pending; none of them uses up a retry.
 * Returns how many there were.
 */
export async function loseWorker(
  store: Store,
  workerId: WorkerId,
  status: Extract<WorkerStatus, 'lost' | 'evicted'>,
  now: () => number,
): Promise<number> {
  return store.write(async (tx) => {
    const worker = await tx.worker(workerId);
    if (worker === undefined) return 0;
    const at = now();
    const open = await tx.openExecutions(workerId);
    const tasks = await tx.taskStates(open.map(({ taskId }) => taskId));
    const message =
      status === 'lost'
        ? `Worker ${worker.name} was not heard of for too long; the task will run on another one.`
        : `Worker ${worker.name} was taken back by its provider; the task will run on another one.`;
    await transition(
      tx,
      tasks.map((task) => ({ task, steps: [{ to: 'P', at, lost: { class: 'lost', message } }] })),
    );
    const changed = { ...worker, status };
    await tx.writeWorker(changed);
    tx.publish({ kind: 'worker', worker: changed });
    return tasks.length;
  });
}
