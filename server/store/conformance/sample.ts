import type { BatchId, ExecutionId, TaskId, WorkerId } from '#core/task/ids.ts';
import { taskIdAfter } from '#core/task/ids.ts';
import type { ExecutionWrite, NewTaskRow, Store, TaskState, TaskStateWrite, Transaction, WorkerRow } from '../store.ts';

/** Rows for tests, with everything that a test does not care about filled in. */

export function newTask(batchId: BatchId, over: Partial<NewTaskRow> = {}): NewTaskRow {
  return {
    batchId,
    status: 'P',
    name: null,
    command: 'true',
    settings: null,
    priority: 0,
    retry: 0,
    waitingFor: 0,
    at: 1_000,
    ...over,
  };
}

export async function addBatch(store: Store, name = 'Default'): Promise<BatchId> {
  const batch = await store.write((tx) => tx.insertBatch(name, 1_000));
  return batch.id;
}

export async function addTasks(store: Store, rows: readonly NewTaskRow[]): Promise<TaskId[]> {
  const first = await store.write((tx) => tx.insertTasks(rows));
  return rows.map((_, index) => taskIdAfter(first, index));
}

export async function addTask(store: Store, batchId: BatchId, over: Partial<NewTaskRow> = {}): Promise<TaskId> {
  return store.write((tx) => tx.insertTasks([newTask(batchId, over)]));
}

export async function addWorker(store: Store, batchId: BatchId, name = 'node1'): Promise<WorkerRow> {
  return store.write((tx) =>
    tx.insertWorker({
      name,
      batchId,
      status: 'running',
      concurrency: 2,
      prefetch: 1,
      version: '3.0.0',
      createdAt: 1_000,
      lastContactAt: 1_000,
    }),
  );
}

/** Opens an execution of the task, as an assignment does. */
export async function assign(tx: Transaction, id: TaskId, workerId: WorkerId, at = 2_000): Promise<ExecutionId> {
  const task = await stateOf(tx, id);
  const attempt = task.attempt + 1;
  const [executionId] = await tx.insertExecutions([{ taskId: id, workerId, attempt, at }]);
  if (executionId === undefined) throw new Error('no execution was inserted');
  await tx.writeTaskStates([stateWrite(id, { status: 'A', attempt, executionId, workerId, at })]);
  return executionId;
}

export async function stateOf(tx: Transaction, id: TaskId): Promise<TaskState> {
  const [state] = await tx.taskStates([id]);
  if (state === undefined) throw new Error(`there is no task ${id}`);
  return state;
}

export function stateWrite(id: TaskId, over: Partial<TaskStateWrite> = {}): TaskStateWrite {
  return {
    id,
    status: 'P',
    attempt: 0,
    executionId: null,
    workerId: null,
    failure: null,
    exitCode: null,
    message: null,
    at: 2_000,
    ...over,
  };
}

export function executionWrite(id: ExecutionId, over: Partial<ExecutionWrite> = {}): ExecutionWrite {
  return {
    id,
    outcome: 'open',
    acceptedAt: null,
    startedAt: null,
    endedAt: null,
    exitCode: null,
    failure: null,
    message: null,
    ...over,
  };
}

/** Texts that a careless statement, pattern or separator would trip over. */
export const ODD_TEXTS = [
  "it's",
  'say "hi"',
  'a%b',
  'a_b',
  'back\\slash',
  'two\nlines\tand a tab',
  "'; DROP TABLE task; --",
  ' leading and trailing ',
  'échantillon n° 1',
  '样本',
  '🧬',
  '@name ?1 :x $y',
  '\u0001\u007f\u200b',
];
