import type { WorkerStatus } from '#core/contract/counters.ts';
import type { ExecutionSummary, TaskDetail, TaskListQuery, TaskSelection, TaskSummary } from '#core/contract/task.ts';
import type { FailureClass } from '#core/task/failure.ts';
import type { BatchId, ExecutionId, TaskId, WorkerId } from '#core/task/ids.ts';
import type { Status } from '#core/task/status.ts';

/**
 * The port to the database. Everything the system knows goes through it; `sqlite/` implements it, and
 * `conformance.ts` says by tests what any implementation has to do.
 *
 * Methods take many rows at once, because the callers have many at once.
 */
export interface Store extends AsyncDisposable {
  /**
   * Runs `unit` in a transaction and resolves with its result once that is durable. Units that arrive in one turn of
   * the event loop are committed together, as far as a time budget allows; one that throws is undone alone.
   * What units `publish` reaches the listeners of {@link onCommit} in order, after the commit, before `write` resolves.
   *
   * A unit must await nothing but `tx` (and what resolves within the turn); one that does is refused and undone.
   * Rejects with what the unit threw, or with UNAVAILABLE when the disk fails or the store is closing.
   */
  write<T>(unit: (tx: Transaction) => Promise<T>): Promise<T>;
  onCommit(listener: (changes: readonly Change[]) => void): void;
  readonly read: Reader;
  /** Refuses new units, waits for those that were accepted, and lets go of the database. */
  close(): Promise<void>;
}

/** What the memory of the server must follow. Published inside a transaction, seen only if it is committed. */
export type Change =
  | {
      kind: 'task';
      taskId: TaskId;
      batchId: BatchId;
      /** null: the task is new */
      from: Status | null;
      /** null: the task is hidden or deleted */
      to: Status | null;
      priority: number;
      /** The worker of the execution that `from` or `to` belongs to. */
      workerId: WorkerId | null;
      executionId: ExecutionId | null;
      /** Set when this change hid the task in favour of a clone. */
      cloneId?: TaskId;
    }
  | { kind: 'batch'; batchId: BatchId; name: string; paused: boolean }
  | { kind: 'worker'; worker: WorkerRow };

export interface NewTaskRow {
  batchId: BatchId;
  status: 'I' | 'W' | 'P';
  name: string | null;
  command: string;
  /** JSON of TaskSettings. */
  settings: string | null;
  priority: number;
  retry: number;
  waitingFor: number;
  at: number;
}

export type DependencyKind = 'success' | 'end';

export interface DependencyRow {
  taskId: TaskId;
  requiresId: TaskId;
  kind: DependencyKind;
  met: boolean;
}

/** What decides about a task's next status. */
export interface TaskState {
  id: TaskId;
  batchId: BatchId;
  status: Status;
  hidden: 0 | 1;
  priority: number;
  retry: number;
  attempt: number;
  waitingFor: number;
  executionId: ExecutionId | null;
  workerId: WorkerId | null;
}

export interface TaskStateWrite {
  id: TaskId;
  status: Status;
  attempt: number;
  executionId: ExecutionId | null;
  workerId: WorkerId | null;
  failure: FailureClass | null;
  exitCode: number | null;
  message: string | null;
  at: number;
}

/** What a worker must know to run a task, beside its ids. */
export interface TaskOrder {
  id: TaskId;
  command: string;
  settings: string | null;
}

export type Outcome = ExecutionSummary['outcome'];

export interface ExecutionState {
  id: ExecutionId;
  taskId: TaskId;
  workerId: WorkerId;
  outcome: Outcome;
  attempt: number;
}

export interface NewExecutionRow {
  taskId: TaskId;
  workerId: WorkerId;
  attempt: number;
  at: number;
}

/** A null time leaves the one that is stored. */
export interface ExecutionWrite {
  id: ExecutionId;
  outcome: Outcome;
  acceptedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  exitCode: number | null;
  failure: FailureClass | null;
  message: string | null;
}

export interface WorkerRow {
  id: WorkerId;
  name: string;
  batchId: BatchId;
  status: WorkerStatus;
  concurrency: number;
  prefetch: number;
  version: string;
  /** Names the agent's run of sequence numbers; empty before its first session. */
  outbox: string;
  /** Reports of that run are applied up to this number. */
  lastSeq: number;
  createdAt: number;
  lastContactAt: number;
}

export interface BatchRow {
  id: BatchId;
  name: string;
  paused: boolean;
}

export type TokenRow = { kind: 'administrator' } | { kind: 'enrolment' } | { kind: 'worker'; workerId: WorkerId };

export interface Transaction {
  publish(change: Change): void;

  /** Ids are consecutive in the order of `rows` and never used again; returns the first. */
  insertTasks(rows: readonly NewTaskRow[]): Promise<TaskId>;
  insertDependencies(rows: readonly DependencyRow[]): Promise<void>;
  /** Those that exist, in the order asked. */
  taskStates(ids: readonly TaskId[]): Promise<TaskState[]>;
  taskOrders(ids: readonly TaskId[]): Promise<TaskOrder[]>;
  /** Only server/tasks/transition.ts may call it. */
  writeTaskStates(rows: readonly TaskStateWrite[]): Promise<void>;
  /** A copy of the task that has not run, with `retry` automatic retries; dependencies are not copied. */
  cloneTask(id: TaskId, status: 'P', retry: number, at: number): Promise<TaskId>;
  hideTask(id: TaskId, at: number): Promise<void>;
  /** The task that took the place of a retried one; it may have been retried in turn. */
  cloneOf(id: TaskId): Promise<TaskId | null>;
  /** The latest task of each name in the batch, hidden ones left out; a name that fits none is left out. */
  tasksByName(batchId: BatchId, names: readonly string[]): Promise<{ name: string; id: TaskId }[]>;

  /** What waits for any of them, by the task that it waits for. */
  unmetDependents(requiresIds: readonly TaskId[]): Promise<Omit<DependencyRow, 'met'>[]>;
  /** Marks the dependency met and returns how many the task still waits for. Doing it again changes nothing. */
  meetDependency(taskId: TaskId, requiresId: TaskId, kind: DependencyKind): Promise<number>;
  /** What waited for `from` waits for `to` (its clone) from now on. */
  moveDependents(from: TaskId, to: TaskId): Promise<void>;

  /** In the order of `rows`. */
  insertExecutions(rows: readonly NewExecutionRow[]): Promise<ExecutionId[]>;
  executionStates(ids: readonly ExecutionId[]): Promise<ExecutionState[]>;
  openExecutions(workerId: WorkerId): Promise<ExecutionState[]>;
  writeExecutions(rows: readonly ExecutionWrite[]): Promise<void>;

  batchByName(name: string): Promise<BatchRow | undefined>;
  insertBatch(name: string, at: number): Promise<BatchRow>;

  /** A name that is taken gets `-2`, `-3`, … behind it. */
  insertWorker(row: Omit<WorkerRow, 'id' | 'lastSeq' | 'outbox'>): Promise<WorkerRow>;
  worker(id: WorkerId): Promise<WorkerRow | undefined>;
  writeWorker(row: WorkerRow): Promise<void>;

  insertToken(hash: Uint8Array, token: TokenRow, at: number): Promise<void>;

  /** Replaces the part when it is there already. */
  putSubmissionPart(submission: string, part: number, tasks: string, at: number): Promise<void>;
  submissionPart(submission: string, part: number): Promise<string | undefined>;
  deleteSubmission(submission: string): Promise<void>;
  /** Forgets submissions whose newest part was staged before `at`, and that were never committed. */
  deleteSubmissionsBefore(at: number): Promise<void>;
}

/** Sees committed data only. */
export interface Reader {
  /**
   * Newest first, and as fast among a million tasks as among a thousand, but for `offset`, which walks over what it
   * skips, and `command` (where A to Z fit a to z), which looks at each task. No tasks for an unknown batch.
   */
  listTasks(query: TaskListQuery): Promise<{ tasks: TaskSummary[]; more: boolean }>;
  taskDetail(id: TaskId): Promise<TaskDetail | undefined>;
  /**
   * All that any part of the selection names, ascending; hidden tasks only when named by id. `batch` narrows every part
   * and names nothing by itself. `missing` holds ids and names that fit nothing. Throws TOO_LARGE beyond a million.
   */
  selectTasks(selection: TaskSelection): Promise<{ ids: TaskId[]; missing: string[] }>;
  /** The status of each task that exists, and the clone that took its place if it was retried (not the clone's clone). */
  taskOutcomes(ids: readonly TaskId[]): Promise<{ id: TaskId; status: Status; clone: TaskId | null }[]>;
  /** One attempt of this very task; those of the tasks that it is a clone of are theirs. */
  execution(taskId: TaskId, attempt: number | 'latest'): Promise<ExecutionSummary | undefined>;
  /** Open executions of a worker as orders to run. */
  openOrders(workerId: WorkerId): Promise<(TaskOrder & { executionId: ExecutionId; attempt: number })[]>;

  batches(): Promise<BatchRow[]>;
  workers(): Promise<WorkerRow[]>;
  token(hash: Uint8Array): Promise<TokenRow | undefined>;

  /** From here on: what the memory of a starting server is rebuilt from. Hidden tasks are not counted. */
  taskCounts(): Promise<{ batchId: BatchId; status: Status; count: number }[]>;
  /** In pages, by id. */
  pendingTasks(): AsyncIterable<readonly { id: TaskId; batchId: BatchId; priority: number }[]>;
  allOpenExecutions(): Promise<(ExecutionState & { status: Status })[]>;
  executionCounts(): Promise<{ workerId: WorkerId; outcome: Outcome; count: number }[]>;
  /** Of the database, in bytes. */
  size(): Promise<number>;
}
