import { setTimeout as delay } from 'node:timers/promises';
import type { StatusCounts } from '#core/contract/counters.ts';
import type { BatchId, ExecutionId, TaskId } from '#core/task/ids.ts';
import { taskIdAfter } from '#core/task/ids.ts';
import type { Status } from '#core/task/status.ts';
import { isEnded, isOpen } from '#core/task/status.ts';
import type { Change, Store } from '#server/store/store.ts';
import type { Counters } from './counters.ts';
import { emptyCounts } from './counters.ts';

/** Watchers hear at most this often, in milliseconds. */
const FLUSH_EVERY = 100;
const MAX_FAILED = 100;
const PAGE = 10_000;

export interface Watched {
  ids?: readonly TaskId[] | undefined;
  from?: { first: TaskId; count: number } | undefined;
  batch?: string | undefined;
}

export interface WatchedProgress {
  counts: StatusCounts;
  total: number;
  ended: number;
  /** All have ended; nothing more will come. */
  done: boolean;
  /** Ids of failed tasks, at most a hundred. */
  failed: TaskId[];
}

type Listener = (changes: readonly TaskChange[]) => void;
type TaskChange = Extract<Change, { kind: 'task' }>;

/** Lets callers wait for tasks and executions by following committed changes. */
export class TaskWatch {
  readonly #store: Store;
  readonly #counters: Counters;
  readonly #listeners = new Set<Listener>();

  constructor(store: Store, counters: Counters) {
    this.#store = store;
    this.#counters = counters;
  }

  apply(changes: readonly Change[]): void {
    if (this.#listeners.size === 0) return;
    const tasks = changes.filter((change) => change.kind === 'task');
    for (const listener of this.#listeners) listener(tasks);
  }

  /** How far the tasks are, again and again, until all have ended. */
  async *follow(watched: Watched, signal: AbortSignal): AsyncGenerator<WatchedProgress, void, void> {
    let changed = Promise.withResolvers<void>();
    const wake = () => changed.resolve();
    signal.addEventListener('abort', wake, { once: true });
    const statuses = new Map<TaskId, Status>();
    const missed: TaskChange[] = [];
    let ready = false;
    const inBatch = watched.batch === undefined ? undefined : await this.#batchId(watched.batch);
    const listener: Listener = (changes) => {
      if (!ready) missed.push(...changes);
      else if (follow(statuses, changes, inBatch)) wake();
    };
    this.#listeners.add(listener);
    try {
      await this.#load(watched, statuses);
      follow(statuses, missed, inBatch);
      ready = true;
      while (!signal.aborted) {
        const progress = progressOf(statuses);
        yield progress;
        if (progress.done) return;
        await changed.promise;
        await delay(FLUSH_EVERY, undefined, { signal }).catch(() => undefined);
        changed = Promise.withResolvers<void>();
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Calls back once when the execution is closed. */
  onExecutionEnd(id: ExecutionId, callback: () => void): () => void {
    return this.#listen((change) => {
      if (change.executionId === id && (change.to === null || !isOpen(change.to))) callback();
    });
  }

  /** Resolves when the task has an execution, or on `signal`. */
  async untilBegun(id: TaskId, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.#listen((change) => {
      if (change.taskId === id && (change.executionId !== null || change.to === 'X')) resolve();
    });
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      const begun = await this.#store.read.execution(id, 'latest');
      if (begun === undefined) await promise;
    } finally {
      stop();
    }
  }

  #listen(onChange: (change: TaskChange) => void): () => void {
    const listener: Listener = (changes) => changes.forEach(onChange);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #batchId(name: string): Promise<BatchId | undefined> {
    return this.#counters.batches().find((batch) => batch.name === name)?.id;
  }

  async #load(watched: Watched, statuses: Map<TaskId, Status>): Promise<void> {
    const { read } = this.#store;
    if (watched.ids !== undefined) await this.#loadIds(watched.ids, statuses);
    if (watched.from !== undefined) {
      const { first, count } = watched.from;
      for (let offset = 0; offset < count; offset += PAGE) {
        const length = Math.min(PAGE, count - offset);
        await this.#loadIds(
          Array.from({ length }, (_, index) => taskIdAfter(first, offset + index)),
          statuses,
        );
      }
    }
    if (watched.batch !== undefined) {
      const { ids } = await read.selectTasks({ all: true, batch: watched.batch });
      await this.#loadIds(ids, statuses);
    }
  }

  /** Retried tasks count as their clones. */
  async #loadIds(ids: readonly TaskId[], statuses: Map<TaskId, Status>): Promise<void> {
    let next = [...ids];
    while (next.length > 0) {
      const clones: TaskId[] = [];
      for (const { id, status, clone } of await this.#store.read.taskOutcomes(next)) {
        if (clone === null) statuses.set(id, status);
        else clones.push(clone);
      }
      next = clones;
    }
  }
}

/** Brings the statuses up to date; says whether any changed. */
function follow(statuses: Map<TaskId, Status>, changes: readonly TaskChange[], inBatch: BatchId | undefined): boolean {
  let any = false;
  for (const { taskId, batchId, to, cloneId } of changes) {
    const watchedAlready = statuses.has(taskId);
    if (!watchedAlready && batchId !== inBatch) continue;
    any = true;
    if (to !== null) statuses.set(taskId, to);
    else {
      statuses.delete(taskId);
      if (cloneId !== undefined) statuses.set(cloneId, 'P');
    }
  }
  return any;
}

function progressOf(statuses: ReadonlyMap<TaskId, Status>): WatchedProgress {
  const counts = emptyCounts();
  const failed: TaskId[] = [];
  let ended = 0;
  for (const [id, status] of statuses) {
    counts[status] += 1;
    if (isEnded(status)) ended += 1;
    if (status === 'F' && failed.length < MAX_FAILED) failed.push(id);
  }
  return { counts, total: statuses.size, ended, done: ended === statuses.size, failed };
}
