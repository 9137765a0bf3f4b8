import { describe, expect, test } from 'vitest';
import type { TaskId } from '#core/task/ids.ts';
import type { DependencyKind, Store, Transaction } from '../store.ts';
import { addBatch, addTasks, newTask, stateOf } from './sample.ts';

export function describeDependencies(open: () => Promise<Store>): void {
  describe('dependencies', () => {
    test('are met one by one, each once, and counted down', async () => {
      await using store = await open();
      const [a, b, waiting] = await threeTasks(store);
      await wait(store, waiting, [a, b]);
      expect(await store.write((tx) => tx.unmetDependents([a]))).toEqual([
        { taskId: waiting, requiresId: a, kind: 'success' },
      ]);
      await store.write(async (tx) => {
        expect(await tx.meetDependency(waiting, a, 'success')).toBe(1);
        expect(await tx.meetDependency(waiting, a, 'success')).toBe(1);
        expect(await tx.meetDependency(waiting, b, 'end')).toBe(1);
        expect(await tx.unmetDependents([a])).toEqual([]);
        expect(await tx.meetDependency(waiting, b, 'success')).toBe(0);
        expect((await stateOf(tx, waiting)).waitingFor).toBe(0);
      });
      expect((await store.read.taskDetail(waiting))?.dependency).toEqual([
        { taskId: a, kind: 'success', met: true },
        { taskId: b, kind: 'success', met: true },
      ]);
    });

    test('that are met from the start wait for nothing', async () => {
      await using store = await open();
      const [a, , waiting] = await threeTasks(store);
      await store.write((tx) => tx.insertDependencies([{ taskId: waiting, requiresId: a, kind: 'end', met: true }]));
      expect(await store.write((tx) => tx.unmetDependents([a]))).toEqual([]);
      expect((await store.read.taskDetail(waiting))?.dependency).toEqual([{ taskId: a, kind: 'end', met: true }]);
    });

    test('follow a clone', async () => {
      await using store = await open();
      const [a, clone, waiting] = await threeTasks(store);
      await wait(store, waiting, [a]);
      await wait(store, waiting, [a], 'end');
      await store.write(async (tx) => {
        await tx.moveDependents(a, clone);
        expect(await tx.unmetDependents([a])).toEqual([]);
        expect(kindsOf(await tx.unmetDependents([clone]))).toEqual(['end', 'success']);
        expect(await waitingFor(tx, waiting)).toBe(2);
        expect(await tx.meetDependency(waiting, clone, 'end')).toBe(1);
      });
    });

    test('on a clone that is waited for already become one', async () => {
      await using store = await open();
      const [a, clone, waiting] = await threeTasks(store);
      await wait(store, waiting, [a, clone]);
      await store.write(async (tx) => {
        await tx.moveDependents(a, clone);
        expect(await tx.unmetDependents([clone])).toEqual([{ taskId: waiting, requiresId: clone, kind: 'success' }]);
        expect(await waitingFor(tx, waiting)).toBe(1);
        expect(await tx.meetDependency(waiting, clone, 'success')).toBe(0);
      });
    });

    test('that were met stay with the task that met them', async () => {
      await using store = await open();
      const [a, clone, waiting] = await threeTasks(store);
      await wait(store, waiting, [a]);
      await store.write(async (tx) => {
        await tx.meetDependency(waiting, a, 'success');
        await tx.moveDependents(a, clone);
      });
      expect((await store.read.taskDetail(waiting))?.dependency).toEqual([{ taskId: a, kind: 'success', met: true }]);
    });
  });
}

async function threeTasks(store: Store): Promise<[TaskId, TaskId, TaskId]> {
  const batchId = await addBatch(store);
  const [a, b, waiting] = await addTasks(store, [
    newTask(batchId),
    newTask(batchId),
    newTask(batchId, { waitingFor: 2 }),
  ]);
  if (a === undefined || b === undefined || waiting === undefined) throw new Error('not inserted');
  return [a, b, waiting];
}

async function wait(store: Store, taskId: TaskId, requires: readonly TaskId[], kind: DependencyKind = 'success') {
  await store.write((tx) =>
    tx.insertDependencies(requires.map((requiresId) => ({ taskId, requiresId, kind, met: false }))),
  );
}

async function waitingFor(tx: Transaction, id: TaskId): Promise<number> {
  return (await stateOf(tx, id)).waitingFor;
}

function kindsOf(dependents: readonly { kind: DependencyKind }[]): DependencyKind[] {
  return dependents.map(({ kind }) => kind).sort();
}
