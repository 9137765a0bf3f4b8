import type { BatchId, WorkerId } from '#core/task/ids.ts';

/** What the engine knows of a worker, and its place among the free workers of its batch. */
export interface Worker {
  readonly kind: 'worker';
  readonly id: WorkerId;
  /** Undefined while only executions have named the worker. */
  batchId: BatchId | undefined;
  accepting: boolean;
  concurrency: number;
  prefetch: number;
  /** Slots of the tasks it has open executions of, in no order; the table knows the index of each. */
  readonly held: number[];
  /** Where it stands among the free workers of its batch, or -1. Written by FreeWorkers alone, as is `rank`. */
  index: number;
  rank: Rank;
  /** How many tasks it was given in the pass at hand, of the kind of slot that `rank` is about; 0 between passes. */
  taken: number;
}

/** Which worker is next: a free run slot first, then the larger share, then the lower load, then the lower id. */
export interface Rank {
  running: boolean;
  share: number;
  load: number;
}

export function makeWorker(id: WorkerId): Worker {
  return {
    kind: 'worker',
    id,
    batchId: undefined,
    accepting: false,
    concurrency: 0,
    prefetch: 0,
    held: [],
    index: -1,
    rank: { running: false, share: 0, load: 0 },
    taken: 0,
  };
}

/** How many more executions it may open; less than 0 when a lowered concurrency leaves it with too many. */
function freeSlotsOf(worker: Worker): number {
  return worker.concurrency + worker.prefetch - worker.held.length;
}

export function canTake(worker: Worker): boolean {
  return worker.accepting && worker.batchId !== undefined && freeSlotsOf(worker) > 0;
}

/**
 * Of a worker that can take a task: where it stands among the others.
 * Tasks are shared out in proportion to the slots that were free when the pass began: the next one goes where
 * `free / (taken + 1)` is largest (d'Hondt's rule for seats). Slots that run are shared out before slots that prefetch.
 */
export function rankOf(worker: Worker): Rank {
  const free = worker.concurrency - worker.held.length;
  const running = free > 0;
  const slots = running ? worker.concurrency : worker.concurrency + worker.prefetch;
  return {
    running,
    share: ((running ? free : freeSlotsOf(worker)) + worker.taken) / (worker.taken + 1),
    load: worker.held.length / slots,
  };
}

export function isSameRank(a: Rank, b: Rank): boolean {
  return a.running === b.running && a.share === b.share && a.load === b.load;
}

export function goesBefore(a: Worker, b: Worker): boolean {
  if (a.rank.running !== b.rank.running) return a.rank.running;
  if (a.rank.share !== b.rank.share) return a.rank.share > b.rank.share;
  if (a.rank.load !== b.rank.load) return a.rank.load < b.rank.load;
  return a.id < b.id;
}
