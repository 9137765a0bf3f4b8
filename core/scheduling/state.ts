import type { BatchId, WorkerId } from '#core/task/ids.ts';
import { FreeWorkers } from './free-workers.ts';
import { type InRing, Ring } from './ring.ts';
import { TaskQueue } from './task-queue.ts';
import { TaskTable } from './task-table.ts';
import type { Worker } from './worker.ts';

/** What the engine knows of a batch. One with no task, no worker and no pause is not kept. */
export interface Batch extends InRing<Batch> {
  readonly kind: 'batch';
  readonly id: BatchId;
  paused: boolean;
  readonly pending: TaskQueue;
  /** How many workers belong to it, free or not. */
  members: number;
  readonly free: FreeWorkers;
}

export interface State {
  /** Every task that is pending or has an open execution. */
  readonly tasks: TaskTable<Batch | Worker>;
  readonly batches: Map<BatchId, Batch>;
  readonly workers: Map<WorkerId, Worker>;
  /** The batches that a pass has something to do for: see {@link hasTurn}. */
  readonly turns: Ring<Batch>;
}

export function makeState(): State {
  return { tasks: new TaskTable(), batches: new Map(), workers: new Map(), turns: new Ring() };
}

export function makeBatch(id: BatchId, tasks: TaskTable<Batch | Worker>): Batch {
  return {
    kind: 'batch',
    id,
    paused: false,
    pending: new TaskQueue(tasks),
    members: 0,
    free: new FreeWorkers(),
    before: undefined,
    after: undefined,
  };
}

export function hasTurn(batch: Batch): boolean {
  return !batch.paused && batch.pending.size > 0 && batch.free.size > 0;
}

export function isWorthKeeping(batch: Batch): boolean {
  return batch.paused || batch.pending.size > 0 || batch.members > 0;
}
