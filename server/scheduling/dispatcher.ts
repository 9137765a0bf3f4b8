import type { Order } from '#core/contract/agent.ts';
import type { Assignment } from '#core/scheduling/engine.ts';
import { createEngine } from '#core/scheduling/engine.ts';
import type { WorkerId } from '#core/task/ids.ts';
import { isOpen } from '#core/task/status.ts';
import type { Change, Reader, Store, WorkerRow } from '#server/store/store.ts';
import { assign } from '#server/tasks/assign.ts';

/** Assignments of one transaction: enough to make the commit cheap for each, few enough to keep the loop responsive. */
const PASS_BUDGET = 1_000;

/**
 * Drives the engine of core/scheduling: committed changes go in, decisions are written and then sent to workers. It is
 * woken by changes and runs until there is nothing left to decide; nothing is polled.
 */
export class Dispatcher {
  readonly #store: Store;
  readonly #send: (workerId: WorkerId, orders: Order[]) => void;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => number;
  #engine = createEngine();
  #pass: Promise<void> | undefined;
  #stopped = false;

  constructor(options: {
    store: Store;
    send: (workerId: WorkerId, orders: Order[]) => void;
    onError: (error: unknown) => void;
    now: () => number;
  }) {
    this.#store = options.store;
    this.#send = options.send;
    this.#onError = options.onError;
    this.#now = options.now;
  }

  /** Forgets everything and reads the database anew. Workers take nothing until they connect. */
  async rebuild(read: Reader): Promise<void> {
    const engine = createEngine();
    for (const { id, paused } of await read.batches()) engine.onBatchChanged({ batchId: id, paused });
    for (const worker of await read.workers()) engine.onWorkerChanged(workerEvent(worker));
    for (const { taskId, workerId } of await read.allOpenExecutions()) engine.onExecutionOpened({ taskId, workerId });
    for await (const page of read.pendingTasks()) {
      for (const { id, batchId, priority } of page) engine.onTaskReady({ taskId: id, batchId, priority });
    }
    this.#engine = engine;
    this.#wake();
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'batch') this.#engine.onBatchChanged({ batchId: change.batchId, paused: change.paused });
      else if (change.kind === 'worker') this.#engine.onWorkerChanged(workerEvent(change.worker));
      else this.#applyTask(change);
    }
    this.#wake();
  }

  /** What the engine holds, to compare with a rebuilt one. */
  snapshot(): unknown {
    return this.#engine.snapshot();
  }

  /** Resolves when no assignment is being written. */
  async settled(): Promise<void> {
    while (this.#pass !== undefined) await this.#pass;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#pass;
  }

  #applyTask(change: Extract<Change, { kind: 'task' }>): void {
    const { taskId, batchId, from, to, priority, workerId } = change;
    const wasOpen = from !== null && isOpen(from);
    if (wasOpen && workerId !== null && (to === null || !isOpen(to)))
      this.#engine.onExecutionEnded({ taskId, workerId });
    // Known to the engine already, unless the task was withdrawn and came back while its assignment was written.
    if (to === 'A' && workerId !== null) this.#engine.onExecutionOpened({ taskId, workerId });
    if (to === 'P') this.#engine.onTaskReady({ taskId, batchId, priority });
    else if (from === 'P' && to !== 'A') this.#engine.onTaskWithdrawn(taskId);
  }

  #wake(): void {
    if (this.#stopped || this.#pass !== undefined || !this.#engine.hasWork()) return;
    this.#pass = this.#run()
      .catch(this.#onError)
      .finally(() => {
        this.#pass = undefined;
        this.#wake();
      });
  }

  async #run(): Promise<void> {
    const assignments = this.#engine.next(PASS_BUDGET);
    if (assignments.length === 0) return;
    try {
      const { orders, refused } = await assign(this.#store, assignments, this.#now);
      this.#refuse(refused);
      for (const [workerId, list] of orders) this.#send(workerId, list);
    } catch (error) {
      this.#refuse(assignments);
      for (const { taskId, batchId, priority } of await this.#stillPending(assignments)) {
        this.#engine.onTaskReady({ taskId, batchId, priority });
      }
      throw error;
    }
  }

  #refuse(assignments: readonly Assignment[]): void {
    for (const assignment of assignments) this.#engine.onAssignmentRefused(assignment);
  }

  async #stillPending(assignments: readonly Assignment[]) {
    return this.#store.write(async (tx) => {
      const states = await tx.taskStates(assignments.map(({ taskId }) => taskId));
      return states
        .filter(({ status }) => status === 'P')
        .map(({ id, batchId, priority }) => ({ taskId: id, batchId, priority }));
    });
  }
}

function workerEvent(worker: WorkerRow) {
  const { id, batchId, status, concurrency, prefetch } = worker;
  return { workerId: id, batchId, accepting: status === 'running', concurrency, prefetch };
}
