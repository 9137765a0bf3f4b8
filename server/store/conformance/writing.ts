import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ScitqError } from '#core/contract/errors.ts';
import type { BatchId } from '#core/task/ids.ts';
import type { Change, Store, Transaction } from '../store.ts';
import { addBatch, newTask } from './sample.ts';

export function describeWriting(open: () => Promise<Store>): void {
  describe('write', () => {
    test('resolves with what the unit returns, and its data can be read then', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const id = await store.write((tx) => tx.insertTasks([newTask(batchId, { command: 'echo hi' })]));
      expect(await store.read.taskDetail(id)).toMatchObject({ id, command: 'echo hi', status: 'P' });
    });

    test('runs units in the order in which they came, each seeing those before it', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const counts = await Promise.all(
        [1, 2, 3].map(() =>
          store.write(async (tx) => {
            const first = await tx.insertTasks([newTask(batchId, { name: 'same' })]);
            const [latest] = await tx.tasksByName(batchId, ['same']);
            expect(latest?.id).toBe(first);
            return first;
          }),
        ),
      );
      expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      expect(new Set(counts).size).toBe(3);
    });

    test('undoes a unit that throws, alone, with its changes', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const heard: Change[] = [];
      store.onCommit((changes) => heard.push(...changes));
      const refusal = new ScitqError('INVALID', 'no');
      const results = await Promise.allSettled([
        store.write((tx) => insertAndPublish(tx, batchId, 'before')),
        store.write(async (tx) => {
          await insertAndPublish(tx, batchId, 'undone');
          throw refusal;
        }),
        store.write((tx) => insertAndPublish(tx, batchId, 'after')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(results[1]).toHaveProperty('reason', refusal);
      expect(await namesIn(store)).toEqual(['before', 'after']);
      expect(heard.map((change) => change.kind === 'batch' && change.name)).toEqual(['before', 'after']);
    });

    test('undoes a unit that throws at once, before it returns a promise', async () => {
      await using store = await open();
      await expect(
        store.write(() => {
          throw new Error('at once');
        }),
      ).rejects.toThrow('at once');
      expect(await addBatch(store)).toBeGreaterThan(0);
    });

    test('keeps a unit that catches the error of a statement', async () => {
      await using store = await open();
      await addBatch(store, 'taken');
      await store.write(async (tx) => {
        await expect(tx.insertBatch('taken', 1)).rejects.toThrow();
        await tx.insertBatch('free', 1);
      });
      expect((await store.read.batches()).map(({ name }) => name)).toEqual(['taken', 'free']);
    });

    test('tells changes in order, after they can be read and before write resolves', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const events: string[] = [];
      const reads: Promise<string[]>[] = [];
      store.onCommit((changes) => {
        reads.push(namesIn(store));
        for (const change of changes) if (change.kind === 'batch') events.push(`heard ${change.name}`);
      });
      await Promise.all(
        ['a', 'b'].map((name) =>
          store.write((tx) => insertAndPublish(tx, batchId, name)).then(() => events.push(`resolved ${name}`)),
        ),
      );
      expect(events).toEqual(['heard a', 'heard b', 'resolved a', 'resolved b']);
      expect(await reads.at(-1)).toEqual(['a', 'b']);
    });

    test('hides from readers what is not committed', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const inside = await store.write(async (tx) => {
        const id = await tx.insertTasks([newTask(batchId, { name: 'unseen' })]);
        return { id, own: await tx.taskStates([id]), others: await store.read.taskDetail(id) };
      });
      expect(inside.own).toHaveLength(1);
      expect(inside.others).toBeUndefined();
      expect(await store.read.taskDetail(inside.id)).toBeDefined();
    });

    test('takes units that arrive while others run', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      let later: Promise<void> | undefined;
      await store.write(async (tx) => {
        later = store.write((next) => insertAndPublish(next, batchId, 'second'));
        await insertAndPublish(tx, batchId, 'first');
      });
      await later;
      expect(await namesIn(store)).toEqual(['first', 'second']);
    });

    test('settles every one of thousands of units at once', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const units = Array.from({ length: 3_000 }, (_, index) =>
        store.write(async (tx) => {
          await tx.insertTasks([newTask(batchId)]);
          if (index % 3 === 0) throw new Error(`refused ${index}`);
        }),
      );
      const settled = await Promise.allSettled(units);
      expect(settled.filter(({ status }) => status === 'rejected')).toHaveLength(1_000);
      expect(await store.read.taskCounts()).toEqual([{ batchId, status: 'P', count: 2_000 }]);
    });

    test('refuses and undoes a unit that awaits something else, but none of the others', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const leaving = Promise.withResolvers<Transaction>();
      const results = await Promise.allSettled([
        store.write((tx) => insertAndPublish(tx, batchId, 'before')),
        store.write(async (tx) => {
          await insertAndPublish(tx, batchId, 'undone');
          leaving.resolve(tx);
          await nextTurn();
          await nextTurn();
        }),
        store.write((tx) => insertAndPublish(tx, batchId, 'after')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(await namesIn(store)).toEqual(['before', 'after']);
      const stale = await leaving.promise;
      await expect(stale.insertTasks([newTask(batchId)])).rejects.toThrow('after its unit had ended');
    });

    test('close waits for accepted units and refuses later ones', async () => {
      const store = await open();
      const accepted = store.write((tx) => tx.insertBatch('last', 1));
      const closed = store.close();
      await expect(store.write((tx) => tx.insertBatch('late', 1))).rejects.toMatchObject({
        report: { code: 'UNAVAILABLE' },
      });
      expect((await accepted).name).toBe('last');
      await closed;
      await store.close();
    });
  });
}

async function insertAndPublish(tx: Transaction, batchId: BatchId, name: string): Promise<void> {
  await tx.insertTasks([newTask(batchId, { name })]);
  tx.publish({ kind: 'batch', batchId, name, paused: false });
}

async function namesIn(store: Store): Promise<string[]> {
  const { tasks } = await store.read.listTasks({ limit: 100, offset: 0 });
  return tasks.map(({ name }) => name ?? '').reverse();
}
