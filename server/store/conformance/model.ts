import * as fc from 'fast-check';
import type { TaskListQuery, TaskSelection } from '#core/contract/task.ts';
import type { FailureClass } from '#core/task/failure.ts';
import type { TaskId, WorkerId } from '#core/task/ids.ts';
import type { Status } from '#core/task/status.ts';
import { STATUSES } from '#core/task/status.ts';
import type { Store } from '../store.ts';
import { addBatch, addTasks, addWorker, newTask, stateWrite } from './sample.ts';

/** A task as random tests make it: small domains, so that filters meet. Workers and batches are known by position. */
export interface ModelTask {
  batch: string;
  status: Status;
  hidden: boolean;
  name: string | null;
  command: string;
  failure: FailureClass | null;
  worker: 0 | 1 | null;
}

export const BATCHES = ['a', 'b'];
const NAMES = ['n', "it's", 'n%', '名'];
/** Text for commands and for patterns: letters of both cases, and what LIKE or its escape could mistake. */
const text = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '_', '%', '\\', "'", ' ', 'é', '🧬'), maxLength: 6 });

export const modelTasks: fc.Arbitrary<ModelTask[]> = fc.array(
  fc.record({
    batch: fc.constantFrom(...BATCHES),
    status: fc.constantFrom(...STATUSES),
    hidden: fc.boolean(),
    name: fc.constantFrom(null, ...NAMES),
    command: text,
    failure: fc.constantFrom<FailureClass | null>(null, 'oom', 'command'),
    worker: fc.constantFrom<0 | 1 | null>(null, 0, 1),
  }),
  { minLength: 1, maxLength: 40 },
);

/** A query in the positions of the model; {@link Filled.query} turns it into ids. */
export interface ModelQuery extends Omit<TaskListQuery, 'workerId' | 'before'> {
  worker?: 0 | 1 | undefined;
  /** Only tasks before this position. */
  before?: number | undefined;
}

/** Few filters at a time, so that tasks are left to compare. */
export const modelQueries: fc.Arbitrary<ModelQuery[]> = fc.array(
  fc.record({
    status: sometimes(fc.array(fc.constantFrom(...STATUSES), { maxLength: 8 })),
    batch: sometimes(fc.constantFrom(...BATCHES, 'unknown')),
    name: sometimes(fc.constantFrom(...NAMES, 'none')),
    command: sometimes(text),
    failure: sometimes(fc.constantFrom<FailureClass>('oom', 'command', 'image')),
    worker: sometimes(fc.constantFrom<0 | 1>(0, 1)),
    before: sometimes(fc.nat(40)),
    showHidden: fc.constantFrom(undefined, false, true),
    limit: fc.integer({ min: 1, max: 50 }),
    offset: fc.oneof(fc.constant(0), fc.nat(10)),
  }),
  { minLength: 10, maxLength: 30 },
);

function sometimes<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

export type ModelSelection = Omit<TaskSelection, 'ids' | 'ranges'> & {
  ids?: number[] | undefined;
  ranges?: { from: number; to: number }[] | undefined;
};

export const modelSelections: fc.Arbitrary<ModelSelection[]> = fc.array(
  fc.record({
    ids: sometimes(fc.array(fc.nat(45), { maxLength: 5 })),
    ranges: sometimes(fc.array(fc.record({ from: fc.nat(45), to: fc.nat(45) }), { maxLength: 4 })),
    names: sometimes(fc.array(fc.constantFrom(...NAMES, 'none'), { maxLength: 3 })),
    status: sometimes(fc.array(fc.constantFrom(...STATUSES), { maxLength: 3 })),
    last: sometimes(fc.integer({ min: 1, max: 10 })),
    all: sometimes(fc.constant(true as const)),
    batch: sometimes(fc.constantFrom(...BATCHES, 'unknown')),
  }),
  { minLength: 10, maxLength: 30 },
);

export interface Filled {
  /** By position in the model. Positions beyond its end give ids that do not exist. */
  idAt: (position: number) => TaskId;
  query: (query: ModelQuery) => TaskListQuery;
}

/** Puts the model's tasks into an empty store, in order. */
export async function fill(
  store: Store,
  tasks: readonly ModelTask[],
  idOf: (value: number) => TaskId,
): Promise<Filled> {
  const batches = new Map<string, Awaited<ReturnType<typeof addBatch>>>();
  for (const name of BATCHES) batches.set(name, await addBatch(store, name));
  const [anyBatch] = batches.values();
  if (anyBatch === undefined) throw new Error('there is no batch');
  const workers: WorkerId[] = [];
  for (const name of ['one', 'two']) workers.push((await addWorker(store, anyBatch, name)).id);

  const rows = tasks.map(({ batch, name, command }) => newTask(batches.get(batch) ?? anyBatch, { name, command }));
  const ids = await addTasks(store, rows);
  const first = ids[0];
  if (first === undefined) throw new Error('the model is empty');
  const idAt = (position: number) => idOf(first + position);
  await store.write(async (tx) => {
    await tx.writeTaskStates(
      tasks.map(({ status, failure, worker }, index) =>
        stateWrite(idAt(index), { status, failure, workerId: worker === null ? null : (workers[worker] ?? null) }),
      ),
    );
    for (const [index, { hidden }] of tasks.entries()) if (hidden) await tx.hideTask(idAt(index), 3_000);
  });
  const query = ({ worker, before, ...rest }: ModelQuery): TaskListQuery => {
    const workerId = worker === undefined ? undefined : workers[worker];
    return {
      ...rest,
      ...(workerId !== undefined && { workerId }),
      ...(before !== undefined && { before: idAt(before) }),
    };
  };
  return { idAt, query };
}
