import type { BatchSummary, CountersSnapshot, StatusCounts, WorkerSummary } from '#core/contract/counters.ts';
import type { BatchId, WorkerId } from '#core/task/ids.ts';
import type { OpenStatus, Status } from '#core/task/status.ts';
import { isOpen, STATUSES } from '#core/task/status.ts';
import type { Change, Reader, WorkerRow } from '#server/store/store.ts';

interface BatchCounts {
  name: string;
  paused: boolean;
  tasks: StatusCounts;
}

interface WorkerCounts {
  row: WorkerRow;
  open: Map<OpenStatus, number>;
  succeeded: number;
  failed: number;
}

/**
 * How many tasks are in which status, by batch and by worker. Derived: rebuilt from the database at start, then kept
 * by following committed changes. Readers get whole snapshots, so a missed one costs nothing.
 */
export class Counters {
  readonly #batches = new Map<BatchId, BatchCounts>();
  readonly #workers = new Map<WorkerId, WorkerCounts>();
  readonly #listeners = new Set<() => void>();
  readonly #lastContact: (id: WorkerId) => number | undefined;

  /** `lastContact` knows better than the database, which is told only now and then, when a worker was last heard of. */
  constructor(lastContact: (id: WorkerId) => number | undefined = () => undefined) {
    this.#lastContact = lastContact;
  }

  async rebuild(read: Reader): Promise<void> {
    this.#batches.clear();
    this.#workers.clear();
    for (const batch of await read.batches()) this.#setBatch(batch.id, batch.name, batch.paused);
    for (const worker of await read.workers()) this.#setWorker(worker);
    for (const { batchId, status, count } of await read.taskCounts()) {
      const batch = this.#batches.get(batchId);
      if (batch !== undefined) batch.tasks[status] += count;
    }
    for (const { workerId, status } of await read.allOpenExecutions()) this.#countOpen(workerId, status, 1);
    for (const { workerId, outcome, count } of await read.executionCounts()) {
      const worker = this.#workers.get(workerId);
      if (worker === undefined) continue;
      if (outcome === 'succeeded') worker.succeeded = count;
      if (outcome === 'failed') worker.failed = count;
    }
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind === 'batch') this.#setBatch(change.batchId, change.name, change.paused);
      else if (change.kind === 'worker') this.#setWorker(change.worker);
      else this.#applyTask(change);
    }
    for (const listener of this.#listeners) listener();
  }

  /** Calls back, once for each group of changes; returns the way to stop that. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  snapshot(at: number): CountersSnapshot {
    const tasks = emptyCounts();
    for (const batch of this.#batches.values()) {
      for (const status of STATUSES) tasks[status] += batch.tasks[status];
    }
    return { at, tasks, batches: this.batches(), workers: this.workers() };
  }

  batches(): BatchSummary[] {
    const workerNames = new Map<BatchId, string[]>();
    for (const { row } of this.#workers.values()) {
      if (row.status === 'lost' || row.status === 'offline') continue;
      const names = workerNames.get(row.batchId);
      if (names === undefined) workerNames.set(row.batchId, [row.name]);
      else names.push(row.name);
    }
    return [...this.#batches].map(([id, { name, paused, tasks }]) => ({
      id,
      name,
      paused,
      tasks: { ...tasks },
      workers: workerNames.get(id) ?? [],
    }));
  }

  workers(): WorkerSummary[] {
    return [...this.#workers.values()].map(({ row, open, succeeded, failed }) => {
      const count = (...statuses: OpenStatus[]) => statuses.reduce((sum, status) => sum + (open.get(status) ?? 0), 0);
      return {
        id: row.id,
        name: row.name,
        batch: this.#batches.get(row.batchId)?.name ?? '',
        status: row.status,
        concurrency: row.concurrency,
        prefetch: row.prefetch,
        assigned: count('A'),
        accepted: count('C', 'D', 'O'),
        running: count('R', 'Z', 'U', 'V'),
        succeeded,
        failed,
        createdAt: row.createdAt,
        lastContactAt: this.#lastContact(row.id) ?? row.lastContactAt,
      };
    });
  }

  #applyTask(change: Extract<Change, { kind: 'task' }>): void {
    const tasks = this.#batches.get(change.batchId)?.tasks;
    if (tasks !== undefined) {
      if (change.from !== null) tasks[change.from] -= 1;
      if (change.to !== null) tasks[change.to] += 1;
    }
    if (change.workerId === null) return;
    if (change.from !== null) this.#countOpen(change.workerId, change.from, -1);
    if (change.to !== null) this.#countOpen(change.workerId, change.to, 1);
    const worker = this.#workers.get(change.workerId);
    if (worker === undefined || change.from === null || !isOpen(change.from)) return;
    if (change.to === 'S') worker.succeeded += 1;
    if (change.to === 'F') worker.failed += 1;
  }

  #countOpen(workerId: WorkerId, status: Status, by: 1 | -1): void {
    const worker = this.#workers.get(workerId);
    if (worker !== undefined && isOpen(status)) worker.open.set(status, (worker.open.get(status) ?? 0) + by);
  }

  #setBatch(id: BatchId, name: string, paused: boolean): void {
    const known = this.#batches.get(id);
    this.#batches.set(id, { name, paused, tasks: known?.tasks ?? emptyCounts() });
  }

  #setWorker(row: WorkerRow): void {
    const known = this.#workers.get(row.id);
    if (known === undefined) this.#workers.set(row.id, { row, open: new Map(), succeeded: 0, failed: 0 });
    else known.row = row;
  }
}

export function emptyCounts(): StatusCounts {
  return { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0 };
}
