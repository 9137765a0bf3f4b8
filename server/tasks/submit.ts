import { ScitqError } from '#core/contract/errors.ts';
import type { NewTask } from '#core/contract/task.ts';
import { settles } from '#core/scheduling/dependencies.ts';
import type { BatchId, TaskId } from '#core/task/ids.ts';
import { taskIdAfter } from '#core/task/ids.ts';
import { isEnded } from '#core/task/status.ts';
import type { DependencyRow, NewTaskRow, Store, Transaction } from '#server/store/store.ts';
import { checkUris } from './check-uris.ts';
import { commandOf, settingsOf } from './normalise.ts';
import type { Reference, Referring } from './references.ts';
import { resolveReferences } from './references.ts';

export const DEFAULT_BATCH = 'Default';

/** Ids are consecutive, in the order in which the tasks were given. */
export interface Submitted {
  first: TaskId;
  count: number;
}

/** A submission that arrives in several requests is staged part by part, then inserted in one transaction. */
export interface TaskSource {
  parts: number;
  /** Called up to twice for each part, in order. */
  part(tx: Transaction, part: number): Promise<readonly NewTask[]>;
}

/**
 * Queues tasks, all or none. Resolves once they are durable.
 * Throws ScitqError with `taskIndex` (counted over all parts) for the first task that cannot be accepted.
 */
export async function submit(
  store: Store,
  source: TaskSource,
  options: { batch?: string | undefined; now: () => number },
): Promise<Submitted> {
  return store.write((tx) => insert(tx, source, options.batch ?? DEFAULT_BATCH, options.now()));
}

export function fromList(tasks: readonly NewTask[]): TaskSource {
  return { parts: 1, part: async () => tasks };
}

async function insert(tx: Transaction, source: TaskSource, defaultBatch: string, at: number): Promise<Submitted> {
  const batches = await batchIds(tx, source, defaultBatch, at);
  const batchOf = (task: NewTask): BatchId => {
    const id = batches.ids.get(task.batch ?? defaultBatch);
    if (id === undefined) throw new Error('a batch of the submission was not created');
    return id;
  };
  const references = batches.referring ? await findReferences(tx, source, batchOf) : new Map<number, Reference[]>();

  let first: TaskId | undefined;
  let count = 0;
  for (let part = 0; part < source.parts; part += 1) {
    const tasks = await source.part(tx, part);
    const offset = count;
    const rows = tasks.map((task, index) =>
      rowOf(task, offset + index, batchOf(task), references.get(offset + index) ?? [], at),
    );
    if (rows.length === 0) continue;
    const firstOfPart = await tx.insertTasks(rows);
    first ??= firstOfPart;
    publish(tx, rows, firstOfPart);
    count += rows.length;
  }
  if (first === undefined) {
    throw new ScitqError('INVALID', 'There is no task in this submission.', { hint: 'Give at least one task.' });
  }
  await insertDependencies(tx, references, first);
  return { first, count };
}

/** Creates the batches that are named for the first time, and notices whether any task waits for another. */
async function batchIds(tx: Transaction, source: TaskSource, defaultBatch: string, at: number) {
  const names = new Set<string>();
  let referring = false;
  for (let part = 0; part < source.parts; part += 1) {
    for (const task of await source.part(tx, part)) {
      names.add(task.batch ?? defaultBatch);
      if (task.dependency !== undefined || task.after !== undefined) referring = true;
    }
  }
  const ids = new Map<string, BatchId>();
  for (const name of names) ids.set(name, await ensureBatch(tx, name, at));
  return { ids, referring };
}

export async function ensureBatch(tx: Transaction, name: string, at: number): Promise<BatchId> {
  const existing = await tx.batchByName(name);
  if (existing !== undefined) return existing.id;
  const batch = await tx.insertBatch(name, at);
  tx.publish({ kind: 'batch', batchId: batch.id, name, paused: batch.paused });
  return batch.id;
}

async function findReferences(tx: Transaction, source: TaskSource, batchOf: (task: NewTask) => BatchId) {
  const all: Referring[] = [];
  for (let part = 0; part < source.parts; part += 1) {
    for (const task of await source.part(tx, part)) {
      const { name, dependency, after } = task;
      all.push({ index: all.length, batchId: batchOf(task), name, dependency, after });
    }
  }
  return resolveReferences(tx, all);
}

function rowOf(
  task: NewTask,
  index: number,
  batchId: BatchId,
  references: readonly Reference[],
  at: number,
): NewTaskRow {
  checkUris(task, index);
  const waitingFor = references.filter((reference) => !isMet(reference)).length;
  return {
    batchId,
    status: waitingFor > 0 ? 'W' : 'P',
    name: task.name ?? null,
    command: commandOf(task, index),
    settings: settingsOf(task),
    priority: task.priority ?? 0,
    retry: task.retry ?? 0,
    waitingFor,
    at,
  };
}

function isMet(reference: Reference): boolean {
  if ('index' in reference) return false;
  const { status } = reference.task;
  return isEnded(status) && settles(reference.kind, status, 0);
}

function publish(tx: Transaction, rows: readonly NewTaskRow[], first: TaskId): void {
  rows.forEach(({ batchId, status, priority }, index) => {
    const taskId = taskIdAfter(first, index);
    tx.publish({ kind: 'task', taskId, batchId, from: null, to: status, priority, workerId: null, executionId: null });
  });
}

async function insertDependencies(
  tx: Transaction,
  references: ReadonlyMap<number, Reference[]>,
  first: TaskId,
): Promise<void> {
  const rows: DependencyRow[] = [];
  for (const [index, list] of references) {
    for (const reference of list) {
      rows.push({
        taskId: taskIdAfter(first, index),
        requiresId: 'index' in reference ? taskIdAfter(first, reference.index) : reference.task.id,
        kind: reference.kind,
        met: isMet(reference),
      });
    }
  }
  if (rows.length > 0) await tx.insertDependencies(rows);
}
