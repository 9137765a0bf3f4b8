import type { BatchId, TaskId, WorkerId } from '#core/task/ids.ts';
import { type Batch, hasTurn, isWorthKeeping, type State } from './state.ts';
import { canTake, isSameRank, rankOf, type Worker } from './worker.ts';

/** Lists are sorted by id, except for pending tasks, which are in the order in which they will go. */
export interface Snapshot {
  readonly batches: readonly {
    readonly batchId: BatchId;
    readonly paused: boolean;
    readonly pending: readonly { readonly taskId: TaskId; readonly priority: number }[];
    /** The workers that could take a task now. */
    readonly free: readonly WorkerId[];
    readonly hasTurn: boolean;
  }[];
  readonly workers: readonly {
    readonly workerId: WorkerId;
    readonly batchId: BatchId | undefined;
    readonly accepting: boolean;
    readonly concurrency: number;
    readonly prefetch: number;
    readonly holds: readonly TaskId[];
  }[];
}

export function snapshotOf({ tasks, batches, workers, turns }: State): Snapshot {
  return {
    batches: [...batches.values()]
      .sort((a, b) => a.id - b.id)
      .map((batch) => ({
        batchId: batch.id,
        paused: batch.paused,
        pending: batch.pending
          .items()
          .map((slot) => ({ taskId: tasks.idAt(slot), priority: tasks.priorityAt(slot) }))
          .sort((a, b) => b.priority - a.priority || a.taskId - b.taskId),
        free: batch.free
          .items()
          .map((worker) => worker.id)
          .sort((a, b) => a - b),
        hasTurn: turns.has(batch),
      })),
    workers: [...workers.values()]
      .sort((a, b) => a.id - b.id)
      .map((worker) => ({
        workerId: worker.id,
        batchId: worker.batchId,
        accepting: worker.accepting,
        concurrency: worker.concurrency,
        prefetch: worker.prefetch,
        holds: worker.held.map((slot) => tasks.idAt(slot)).sort((a, b) => a - b),
      })),
  };
}

/** Looks at every task, batch and worker; one sentence for each thing that contradicts another. */
export function violations(state: State): string[] {
  const found: string[] = [];
  let placed = 0;
  for (const batch of state.batches.values()) {
    placed += batch.pending.size;
    found.push(...violationsOfBatch(batch, state));
  }
  for (const worker of state.workers.values()) {
    placed += worker.held.length;
    found.push(...violationsOfWorker(worker, state));
  }
  if (placed !== state.tasks.size) found.push(`${state.tasks.size} tasks are known, ${placed} are in a place`);
  const withTurn = [...state.batches.values()].filter(hasTurn).length;
  if (state.turns.size !== withTurn) found.push(`${withTurn} batches have a turn, ${state.turns.size} get one`);
  return found;
}

function violationsOfBatch(batch: Batch, { tasks, workers, turns }: State): string[] {
  const name = `batch ${batch.id}`;
  const found = [...batch.pending.violations(), ...batch.free.violations()].map((sentence) => `${name}: ${sentence}`);
  if (turns.has(batch) !== hasTurn(batch)) found.push(`${name}: takes turns: ${turns.has(batch)}`);
  if (!isWorthKeeping(batch)) found.push(`${name}: is kept for nothing`);
  const members = [...workers.values()].filter((worker) => worker.batchId === batch.id).length;
  if (members !== batch.members) found.push(`${name}: has ${members} workers, counts ${batch.members}`);
  for (const slot of batch.pending.items()) {
    if (tasks.holderAt(slot) !== batch) found.push(`${name}: task ${tasks.idAt(slot)} is also elsewhere`);
    if (tasks.slotOf(tasks.idAt(slot)) !== slot) found.push(`${name}: task ${tasks.idAt(slot)} cannot be found`);
  }
  for (const worker of batch.free.items()) {
    if (worker.batchId !== batch.id) found.push(`${name}: worker ${worker.id} is of another batch`);
  }
  return found;
}

function violationsOfWorker(worker: Worker, { tasks, batches }: State): string[] {
  const name = `worker ${worker.id}`;
  const found: string[] = [];
  if (worker.batchId !== undefined && !batches.has(worker.batchId)) found.push(`${name}: its batch is not kept`);
  if (worker.index >= 0 !== canTake(worker)) found.push(`${name}: stands among the free: ${worker.index >= 0}`);
  if (worker.taken !== 0) found.push(`${name}: counts ${worker.taken} tasks of a pass that is over`);
  if (worker.index >= 0 && !isSameRank(worker.rank, rankOf(worker))) found.push(`${name}: its rank is out of date`);
  worker.held.forEach((slot, position) => {
    const id = tasks.idAt(slot);
    if (tasks.holderAt(slot) !== worker) found.push(`${name}: task ${id} is also elsewhere`);
    if (tasks.positionAt(slot) !== position) found.push(`${name}: task ${id} believes to be elsewhere in its hands`);
    if (tasks.slotOf(id) !== slot) found.push(`${name}: task ${id} cannot be found`);
  });
  return found;
}
