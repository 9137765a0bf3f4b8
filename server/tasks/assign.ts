import type { Order } from '#core/contract/agent.ts';
import type { Assignment } from '#core/scheduling/engine.ts';
import type { WorkerId } from '#core/task/ids.ts';
import type { Store, TaskOrder, Transaction } from '#server/store/store.ts';
import type { Move } from './transition.ts';
import { transition } from './transition.ts';

export interface Assigned {
  /** What each worker has to be told, now that it is durable. */
  orders: Map<WorkerId, Order[]>;
  /** Assignments that the database does not allow (any more): the task is not pending. */
  refused: Assignment[];
}

/** Makes the engine's decisions true: opens an execution for each task that is still pending, in one transaction. */
export async function assign(store: Store, assignments: readonly Assignment[], now: () => number): Promise<Assigned> {
  return store.write(async (tx) => {
    const at = now();
    const workerOf = new Map(assignments.map(({ taskId, workerId }) => [taskId, workerId]));
    const states = await tx.taskStates(assignments.map(({ taskId }) => taskId));
    const pending = states.filter((task) => task.status === 'P');
    const moves: Move[] = pending.flatMap((task) => {
      const workerId = workerOf.get(task.id);
      return workerId === undefined ? [] : [{ task, steps: [{ to: 'A', at, workerId }] }];
    });
    await transition(tx, moves);
    const assigned = new Set(pending.map(({ id }) => id));
    return {
      orders: await ordersFor(tx, moves),
      refused: assignments.filter(({ taskId }) => !assigned.has(taskId)),
    };
  });
}

async function ordersFor(tx: Transaction, moves: readonly Move[]): Promise<Map<WorkerId, Order[]>> {
  const contents = new Map((await tx.taskOrders(moves.map(({ task }) => task.id))).map((order) => [order.id, order]));
  const orders = new Map<WorkerId, Order[]>();
  for (const { task } of moves) {
    const content = contents.get(task.id);
    const { workerId } = task;
    if (content === undefined || workerId === null || task.executionId === null) continue;
    const order = makeOrder(content, task.executionId, task.attempt);
    const list = orders.get(workerId);
    if (list === undefined) orders.set(workerId, [order]);
    else list.push(order);
  }
  return orders;
}

export function makeOrder(content: TaskOrder, executionId: Order['executionId'], attempt: number): Order {
  return {
    executionId,
    taskId: content.id,
    attempt,
    command: content.command,
    settings: content.settings === null ? {} : JSON.parse(content.settings),
  };
}
