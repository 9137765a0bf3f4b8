/**
 * The assignment engine: which pending task goes to which worker. Events in, decisions out; no I/O and no clock.
 * The server feeds it what it has committed, asks for decisions with `next`, and commits those. It may be imported by
 * the server and by tools that simulate one. Start reading here, then `worker.ts` (who is next) and `state.ts`.
 *
 * A task is in exactly one place, a batch's queue or a worker's hands, and the last event about it says which.
 * All that is known here can be rebuilt from the database: tell a new engine of the paused batches, the workers, the
 * open executions and the pending tasks, in any order.
 *
 * An event costs O(log n) of the tasks of one batch or of its workers. A pass costs what it decides: batches without
 * a pending task or without a free worker are not looked at.
 */
import type { BatchId, TaskId, WorkerId } from '#core/task/ids.ts';
import { type Snapshot, snapshotOf, violations } from './inspection.ts';
import { type Batch, hasTurn, isWorthKeeping, makeBatch, makeState, type State } from './state.ts';
import { canTake, makeWorker, type Worker } from './worker.ts';

export interface Assignment {
  readonly taskId: TaskId;
  readonly workerId: WorkerId;
}

interface ReadyTask {
  readonly taskId: TaskId;
  readonly batchId: BatchId;
  /** Higher goes first. */
  readonly priority: number;
}

interface WorkerFacts {
  readonly workerId: WorkerId;
  readonly batchId: BatchId;
  /** False while it is paused, offline or being deleted; what it holds, it keeps. */
  readonly accepting: boolean;
  /** How many executions it runs at once. */
  readonly concurrency: number;
  /** How many more it may hold. */
  readonly prefetch: number;
}

export type { Engine };

export function createEngine(): Engine {
  return new Engine();
}

class Engine {
  readonly #state: State = makeState();

  /** A batch of which nothing was said is not paused. A deleted one is told of as not paused, and forgotten. */
  onBatchChanged({ batchId, paused }: { batchId: BatchId; paused: boolean }): void {
    const batch = this.#batchOf(batchId);
    batch.paused = paused;
    this.#review(batch);
  }

  /**
   * The task is P. Said again with another batch or priority, it moves there. Of a task that a worker holds it means
   * that the execution is over.
   */
  onTaskReady({ taskId, batchId, priority }: ReadyTask): void {
    const { tasks } = this.#state;
    const known = tasks.slotOf(taskId);
    if (known >= 0) this.#forget(known);
    const batch = this.#batchOf(batchId);
    batch.pending.add(tasks.add(taskId, priority, batch));
    this.#review(batch);
  }

  /**
   * The task is no longer P: canceled, deleted. Ignored for a task that is not pending here: of one that was just
   * given to a worker, the refusal of that assignment, or the end of that execution, will tell.
   */
  onTaskWithdrawn(taskId: TaskId): void {
    const slot = this.#state.tasks.slotOf(taskId);
    if (slot >= 0 && this.#state.tasks.holderAt(slot)?.kind === 'batch') this.#forget(slot);
  }

  /** A worker appears, or something about it changed. Fewer slots than it uses, or another batch, end nothing. */
  onWorkerChanged({ workerId, batchId, accepting, concurrency, prefetch }: WorkerFacts): void {
    const worker = this.#workerOf(workerId);
    if (worker.batchId !== batchId) {
      this.#leaveBatch(worker);
      worker.batchId = batchId;
      this.#batchOf(batchId).members += 1;
    }
    worker.accepting = accepting;
    worker.concurrency = concurrency;
    worker.prefetch = prefetch;
    this.#reviewWorker(worker);
  }

  /** Forgets the worker and what it held; those tasks come back by {@link onTaskReady} where they are P again. */
  onWorkerGone(workerId: WorkerId): void {
    const worker = this.#state.workers.get(workerId);
    if (worker === undefined) return;
    for (const slot of worker.held) this.#state.tasks.remove(slot);
    this.#leaveBatch(worker);
    this.#state.workers.delete(workerId);
  }

  /**
   * The worker has an open execution of the task: for the rebuild at start, and where a task is given to a worker by
   * other means than {@link next}. Of an assignment of ours it says nothing new, and does no harm.
   */
  onExecutionOpened({ taskId, workerId }: Assignment): void {
    const { tasks } = this.#state;
    const worker = this.#workerOf(workerId);
    const known = tasks.slotOf(taskId);
    if (known >= 0) {
      if (tasks.holderAt(known) === worker) return;
      this.#forget(known);
    }
    hold(worker, tasks.add(taskId, 0, worker), this.#state);
    this.#reviewWorker(worker);
  }

  /** The execution is over, however it ended. Ignored when that worker does not hold that task. */
  onExecutionEnded({ taskId, workerId }: Assignment): void {
    const slot = this.#state.tasks.slotOf(taskId);
    if (slot < 0) return;
    const holder = this.#state.tasks.holderAt(slot);
    if (holder?.kind === 'worker' && holder.id === workerId) this.#forget(slot);
  }

  /**
   * A decision of {@link next} was not carried out because the task was not P any more: the slot is free again and
   * the task forgotten. If it was refused for another reason and is still P, say {@link onTaskReady} after this.
   */
  onAssignmentRefused(assignment: Assignment): void {
    this.onExecutionEnded(assignment);
  }

  /**
   * At most `budget` decisions, already counted against the workers. Batches take turns with equal shares of the
   * budget, beginning with the one that has waited longest; a share that a batch cannot use goes to the others.
   */
  next(budget: number): Assignment[] {
    const { turns } = this.#state;
    const decided: Assignment[] = [];
    const touched: Worker[] = [];
    while (decided.length < budget && turns.size > 0) {
      const share = Math.max(1, Math.floor((budget - decided.length) / turns.size));
      for (let left = turns.size; left > 0 && decided.length < budget; left -= 1) {
        const batch = turns.advance();
        if (batch !== undefined) this.#serve(batch, Math.min(share, budget - decided.length), decided, touched);
      }
    }
    for (const worker of touched) {
      worker.taken = 0;
      this.#reviewWorker(worker);
    }
    return decided;
  }

  /** Whether {@link next} would decide something now. */
  hasWork(): boolean {
    return this.#state.turns.size > 0;
  }

  /** Sentences about what is inconsistent inside; empty when all is well. For tests: it looks at everything. */
  check(): string[] {
    return violations(this.#state);
  }

  /** All that the engine knows, as plain data that two engines can be compared by. For tests: it copies everything. */
  snapshot(): Snapshot {
    return snapshotOf(this.#state);
  }

  #serve(batch: Batch, most: number, decided: Assignment[], touched: Worker[]): void {
    const { tasks } = this.#state;
    for (let count = 0; count < most; count += 1) {
      const worker = batch.free.first;
      const slot = worker === undefined ? undefined : batch.pending.shift();
      if (worker === undefined || slot === undefined) break;
      hold(worker, slot, this.#state);
      decided.push({ taskId: tasks.idAt(slot), workerId: worker.id });
      if (worker.taken === 0) touched.push(worker);
      // Shares are counted apart for slots that run and slots that prefetch.
      worker.taken = worker.held.length === worker.concurrency ? 0 : worker.taken + 1;
      if (canTake(worker)) batch.free.rerank(worker);
      else batch.free.remove(worker);
    }
    this.#review(batch);
  }

  /** Takes a task out of where it is, and out of the table. */
  #forget(slot: number): void {
    const { tasks } = this.#state;
    const holder = tasks.holderAt(slot);
    if (holder?.kind === 'batch') {
      holder.pending.remove(slot);
      tasks.remove(slot);
      this.#review(holder);
    } else if (holder?.kind === 'worker') {
      letGo(holder, slot, this.#state);
      tasks.remove(slot);
      this.#reviewWorker(holder);
    }
  }

  #leaveBatch(worker: Worker): void {
    const batch = this.#batchOfWorker(worker);
    if (batch === undefined) return;
    if (worker.index >= 0) batch.free.remove(worker);
    batch.members -= 1;
    worker.batchId = undefined;
    this.#review(batch);
  }

  /** Brings the worker's place among the free ones of its batch up to date. */
  #reviewWorker(worker: Worker): void {
    const batch = this.#batchOfWorker(worker);
    if (batch === undefined) {
      // Only executions named it, and they are over.
      if (worker.held.length === 0) this.#state.workers.delete(worker.id);
      return;
    }
    if (canTake(worker)) {
      if (worker.index >= 0) batch.free.rerank(worker);
      else batch.free.add(worker);
    } else if (worker.index >= 0) batch.free.remove(worker);
    this.#review(batch);
  }

  /** Brings what is known of the batch as a whole up to date: whether it takes turns, and whether it is kept. */
  #review(batch: Batch): void {
    if (hasTurn(batch)) this.#state.turns.join(batch);
    else this.#state.turns.leave(batch);
    if (!isWorthKeeping(batch)) this.#state.batches.delete(batch.id);
  }

  #batchOf(id: BatchId): Batch {
    const { batches, tasks } = this.#state;
    const known = batches.get(id);
    if (known !== undefined) return known;
    const batch = makeBatch(id, tasks);
    batches.set(id, batch);
    return batch;
  }

  #batchOfWorker({ batchId }: Worker): Batch | undefined {
    return batchId === undefined ? undefined : this.#state.batches.get(batchId);
  }

  #workerOf(id: WorkerId): Worker {
    const known = this.#state.workers.get(id);
    if (known !== undefined) return known;
    const worker = makeWorker(id);
    this.#state.workers.set(id, worker);
    return worker;
  }
}

function hold(worker: Worker, slot: number, { tasks }: State): void {
  tasks.setHolder(slot, worker);
  tasks.setPosition(slot, worker.held.length);
  worker.held.push(slot);
}

function letGo(worker: Worker, slot: number, { tasks }: State): void {
  const last = worker.held.pop();
  if (last === undefined || last === slot) return;
  const position = tasks.positionAt(slot);
  worker.held[position] = last;
  tasks.setPosition(last, position);
}
