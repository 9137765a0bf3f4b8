import { ScitqError } from '#core/contract/errors.ts';
import type { NewTask } from '#core/contract/task.ts';
import { findCycle } from '#core/scheduling/dependencies.ts';
import type { BatchId, TaskId } from '#core/task/ids.ts';
import type { DependencyKind, TaskState, Transaction } from '#server/store/store.ts';

/** What a submitted task waits for: another task of the submission, by its position, or one that exists. */
export type Reference = { kind: DependencyKind } & ({ index: number } | { task: TaskState });

/** One task of a submission, reduced to what references need. */
export interface Referring {
  index: number;
  batchId: BatchId;
  name: string | undefined;
  dependency: NewTask['dependency'];
  after: NewTask['after'];
}

/**
 * Finds what the tasks of a submission wait for. A name means all tasks of that name in the submission (same batch),
 * else the latest of that name in the batch; an id means an existing task, or the clone that took its place.
 *
 * Throws UNKNOWN_TASK for a reference to nothing, and CYCLE, both with `taskIndex`.
 */
export async function resolveReferences(
  tx: Transaction,
  tasks: readonly Referring[],
): Promise<Map<number, Reference[]>> {
  const byName = new Map<string, number[]>();
  for (const { index, batchId, name } of tasks) {
    if (name === undefined) continue;
    const key = nameKey(batchId, name);
    const same = byName.get(key);
    if (same === undefined) byName.set(key, [index]);
    else same.push(index);
  }
  const found = new Map<number, Reference[]>();
  for (const task of tasks) {
    const references = [
      ...(await resolveList(tx, byName, task, task.dependency ?? [], 'success')),
      ...(await resolveList(tx, byName, task, task.after ?? [], 'end')),
    ];
    if (references.length > 0) found.set(task.index, withoutRepeats(references));
  }
  refuseCycle(tasks, found);
  return found;
}

/** The same task may be named twice, once by its id and once by its name. */
function withoutRepeats(references: readonly Reference[]): Reference[] {
  const key = (reference: Reference) =>
    'index' in reference ? `${reference.kind} #${reference.index}` : `${reference.kind} ${reference.task.id}`;
  return [...new Map(references.map((reference) => [key(reference), reference])).values()];
}

async function resolveList(
  tx: Transaction,
  byName: ReadonlyMap<string, readonly number[]>,
  task: Referring,
  list: readonly (string | TaskId)[],
  kind: DependencyKind,
): Promise<Reference[]> {
  const references: Reference[] = [];
  for (const wanted of new Set(list)) {
    const inSubmission = typeof wanted === 'string' ? byName.get(nameKey(task.batchId, wanted)) : undefined;
    if (inSubmission !== undefined) {
      for (const index of inSubmission) references.push({ kind, index });
    } else {
      references.push({ kind, task: await existingTask(tx, task, wanted) });
    }
  }
  return references;
}

async function existingTask(tx: Transaction, task: Referring, wanted: string | TaskId): Promise<TaskState> {
  const id =
    typeof wanted === 'string' ? (await tx.tasksByName(task.batchId, [wanted])).at(0)?.id : await latest(tx, wanted);
  const [existing] = id === undefined ? [] : await tx.taskStates([id]);
  if (existing !== undefined) return existing;
  const what = typeof wanted === 'string' ? `a task named "${wanted}"` : `task ${wanted}`;
  throw new ScitqError('UNKNOWN_TASK', `It waits for ${what}, which is neither in this submission nor in its batch.`, {
    hint: 'Check the name or the id; `scitq task list` shows what there is.',
    taskIndex: task.index,
  });
}

/** A task that was retried is hidden; the last clone of it is what counts. */
async function latest(tx: Transaction, id: TaskId): Promise<TaskId> {
  let at = id;
  for (let clone = await tx.cloneOf(at); clone !== null; clone = await tx.cloneOf(at)) at = clone;
  return at;
}

function refuseCycle(tasks: readonly Referring[], references: ReadonlyMap<number, readonly Reference[]>): void {
  const edges = new Map<number, number[]>();
  for (const [index, list] of references) {
    const inside = list.flatMap((reference) => ('index' in reference ? [reference.index] : []));
    if (inside.length > 0) edges.set(index, inside);
  }
  const cycle = findCycle(edges);
  const first = cycle?.[0];
  if (cycle === undefined || first === undefined) return;
  const nameOf = (index: number) => tasks.find((task) => task.index === index)?.name ?? `number ${index + 1}`;
  const path = [...cycle, first].slice(0, 12).map(nameOf).join(' → ');
  throw new ScitqError('CYCLE', `These tasks wait for each other, so none could ever start: ${path}.`, {
    hint: 'Take one of these dependencies away.',
    taskIndex: first,
  });
}

function nameKey(batchId: BatchId, name: string): string {
  return `${batchId}/${name}`;
}
