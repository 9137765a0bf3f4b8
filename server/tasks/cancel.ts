import type { ExecutionId, TaskId, WorkerId } from '#core/task/ids.ts';
import { isEnded } from '#core/task/status.ts';
import { canMove } from '#core/task/transition.ts';
import type { Store } from '#server/store/store.ts';
import { transition } from './transition.ts';

export interface Canceled {
  canceled: TaskId[];
  /** Running ones, which their workers have to stop; they end as failed, class `signal`. */
  running: { taskId: TaskId; workerId: WorkerId; executionId: ExecutionId }[];
  /** Executions closed here that their workers may still hold. */
  closed: { workerId: WorkerId; executionId: ExecutionId }[];
  /** Had ended already and were left alone. */
  ended: TaskId[];
}

/** Withdraws what has not begun to run; what runs is returned, to be signaled by the caller after this is durable. */
export async function cancel(store: Store, ids: readonly TaskId[], now: () => number): Promise<Canceled> {
  return store.write(async (tx) => {
    const at = now();
    const result: Canceled = { canceled: [], running: [], closed: [], ended: [] };
    const tasks = await tx.taskStates(ids);
    const withdrawn = tasks.filter((task) => canMove(task.status, 'X'));
    for (const task of tasks) {
      const { id, workerId, executionId } = task;
      const held = workerId !== null && executionId !== null;
      if (isEnded(task.status)) result.ended.push(id);
      else if (canMove(task.status, 'X')) {
        result.canceled.push(id);
        if (held && task.status !== 'P' && task.status !== 'W') result.closed.push({ workerId, executionId });
      } else if (held) result.running.push({ taskId: id, workerId, executionId });
    }
    await transition(
      tx,
      withdrawn.map((task) => ({ task, steps: [{ to: 'X', at }] })),
    );
    return result;
  });
}
