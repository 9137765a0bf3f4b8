import { describe, expect, test } from 'vitest';
import { taskIdAfter } from '#core/task/ids.ts';
import type { Store } from '../store.ts';
import { addBatch, addTasks, addWorker, assign, executionWrite, newTask, stateWrite } from './sample.ts';

export function describeStartUp(open: () => Promise<Store>): void {
  describe('what a starting server reads', () => {
    test('counts of tasks by batch and status, without hidden ones', async () => {
      await using store = await open();
      const [a, b] = [await addBatch(store, 'a'), await addBatch(store, 'b')];
      const [hidden] = await addTasks(store, [newTask(a), newTask(a), newTask(a, { status: 'W' }), newTask(b)]);
      if (hidden === undefined) throw new Error('not inserted');
      await store.write((tx) => tx.hideTask(hidden, 1));
      const counts = await store.read.taskCounts();
      expect(counts).toHaveLength(3);
      expect(counts).toEqual(
        expect.arrayContaining([
          { batchId: a, status: 'P', count: 1 },
          { batchId: a, status: 'W', count: 1 },
          { batchId: b, status: 'P', count: 1 },
        ]),
      );
    });

    test('every pending task, in pages, by id, even while tasks are added', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const rows = Array.from({ length: 10_003 }, (_, index) => newTask(batchId, { priority: index % 3 }));
      const [first] = await addTasks(store, rows);
      if (first === undefined) throw new Error('not inserted');
      await store.write((tx) => tx.writeTaskStates([stateWrite(taskIdAfter(first, 1), { status: 'X' })]));
      await addTasks(store, [newTask(batchId, { status: 'W' })]);
      const seen: { id: number; priority: number }[] = [];
      for await (const page of store.read.pendingTasks()) {
        if (seen.length === 0) await addTasks(store, [newTask(batchId, { priority: 9 })]);
        seen.push(...page.map(({ id, priority }) => ({ id, priority })));
      }
      const expected = rows.map(({ priority }, index) => ({ id: taskIdAfter(first, index), priority }));
      expect(seen).toEqual([...expected.toSpliced(1, 1), { id: taskIdAfter(first, 10_004), priority: 9 }]);
    });

    test('open executions with the status of their tasks, and counts of all', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const [one, two] = [await addWorker(store, batchId, 'one'), await addWorker(store, batchId, 'two')];
      const [a, b, c] = await addTasks(store, [newTask(batchId), newTask(batchId), newTask(batchId)]);
      if (a === undefined || b === undefined || c === undefined) throw new Error('not inserted');
      const [first, second, third] = await store.write(async (tx) => [
        await assign(tx, a, one.id),
        await assign(tx, b, two.id),
        await assign(tx, c, one.id),
      ]);
      if (third === undefined) throw new Error('not inserted');
      await store.write((tx) => tx.writeExecutions([executionWrite(third, { outcome: 'lost', endedAt: 4 })]));
      const open_ = { outcome: 'open', attempt: 1, status: 'A' };
      expect((await store.read.allOpenExecutions()).toSorted((x, y) => x.id - y.id)).toEqual([
        { ...open_, id: first, taskId: a, workerId: one.id },
        { ...open_, id: second, taskId: b, workerId: two.id },
      ]);
      const counts = await store.read.executionCounts();
      expect(counts).toHaveLength(3);
      expect(counts).toEqual(
        expect.arrayContaining([
          { workerId: one.id, outcome: 'open', count: 1 },
          { workerId: one.id, outcome: 'lost', count: 1 },
          { workerId: two.id, outcome: 'open', count: 1 },
        ]),
      );
    });

    test('nothing from an empty store, whose size is known', async () => {
      await using store = await open();
      expect(await store.read.taskCounts()).toEqual([]);
      expect(await store.read.allOpenExecutions()).toEqual([]);
      expect(await store.read.executionCounts()).toEqual([]);
      for await (const page of store.read.pendingTasks()) expect(page).toBe('no page');
      expect(await store.read.size()).toBeGreaterThan(0);
    });
  });
}
