import { describe, expect, test } from 'vitest';
import { TaskId } from '#core/contract/ids.ts';
import { taskIdAfter } from '#core/task/ids.ts';
import type { Store } from '../store.ts';
import { addBatch, addTask, addTasks, addWorker, assign, newTask, ODD_TEXTS, stateOf, stateWrite } from './sample.ts';

const NOWHERE = TaskId.parse(999_999);

export function describeTasks(open: () => Promise<Store>): void {
  describe('tasks', () => {
    test.each([1, 31, 32, 33, 200])('%i inserted at once have consecutive ids in their order', async (count) => {
      await using store = await open();
      const batchId = await addBatch(store);
      const before = await addTask(store, batchId);
      const rows = Array.from({ length: count }, (_, index) => newTask(batchId, { command: `echo ${index}` }));
      const ids = await addTasks(store, rows);
      expect(ids[0]).toBeGreaterThan(before);
      const orders = await store.write((tx) => tx.taskOrders(ids));
      expect(orders).toEqual(ids.map((id, index) => ({ id, command: `echo ${index}`, settings: null })));
    });

    test('keeps every field', async () => {
      await using store = await open();
      const batchId = await addBatch(store, 'assembly');
      const settings = { container: 'ubuntu', env: { A: 'é' } };
      const id = await addTask(store, batchId, {
        status: 'W',
        name: 'n1',
        command: "sh -c 'echo $CPU'",
        settings: JSON.stringify(settings),
        priority: -5,
        retry: 3,
        waitingFor: 2,
        at: 42,
      });
      expect(await store.write((tx) => stateOf(tx, id))).toEqual({
        id,
        batchId,
        status: 'W',
        hidden: 0,
        priority: -5,
        retry: 3,
        attempt: 0,
        waitingFor: 2,
        executionId: null,
        workerId: null,
      });
      expect(await store.read.taskDetail(id)).toEqual({
        id,
        status: 'W',
        name: 'n1',
        command: "sh -c 'echo $CPU'",
        batch: 'assembly',
        batchId,
        attempt: 0,
        retry: 3,
        priority: -5,
        hidden: false,
        createdAt: 42,
        modifiedAt: 42,
        statusAt: 42,
        settings,
        dependency: [],
        executions: [],
      });
    });

    test.each(ODD_TEXTS)('keeps the text %j as it is, and finds a task by it', async (text) => {
      await using store = await open();
      const batchId = await addBatch(store, text);
      await addTask(store, batchId, { name: `${text}.` });
      const id = await addTask(store, batchId, { name: text, command: text });
      expect(await store.write((tx) => tx.tasksByName(batchId, [text]))).toEqual([{ name: text, id }]);
      const { tasks } = await store.read.listTasks({ limit: 5, offset: 0, name: text, batch: text });
      expect(tasks).toMatchObject([{ id, name: text, command: text, batch: text }]);
    });

    test('reads states in the order asked and leaves out what is not there', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const ids = await addTasks(store, [newTask(batchId), newTask(batchId), newTask(batchId)]);
      const asked = [...ids.toReversed(), NOWHERE];
      const { states, orders } = await store.write(async (tx) => ({
        states: await tx.taskStates(asked),
        orders: await tx.taskOrders(asked),
      }));
      expect(states.map(({ id }) => id)).toEqual(ids.toReversed());
      expect(orders.map(({ id }) => id)).toEqual(ids.toReversed());
      expect(await store.read.taskDetail(NOWHERE)).toBeUndefined();
    });

    test('writes a state with its time, and shows it', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      const id = await addTask(store, batchId);
      const executionId = await store.write((tx) => assign(tx, id, worker.id));
      const failed = { attempt: 1, executionId, workerId: worker.id, failure: 'oom', exitCode: 137 } as const;
      await store.write((tx) =>
        tx.writeTaskStates([stateWrite(id, { ...failed, status: 'F', message: 'too big', at: 9 })]),
      );
      expect(await store.read.taskDetail(id)).toMatchObject({
        status: 'F',
        workerId: worker.id,
        worker: 'node1',
        attempt: 1,
        failure: 'oom',
        exitCode: 137,
        message: 'too big',
        createdAt: 1_000,
        modifiedAt: 9,
        statusAt: 9,
      });
    });

    test('refuses to write, hide or clone a task that is not there', async () => {
      await using store = await open();
      await expect(store.write((tx) => tx.writeTaskStates([stateWrite(NOWHERE)]))).rejects.toThrow(`${NOWHERE}`);
      await expect(store.write((tx) => tx.hideTask(NOWHERE, 1))).rejects.toThrow(`${NOWHERE}`);
      await expect(store.write((tx) => tx.cloneTask(NOWHERE, 'P', 0, 1))).rejects.toThrow(`${NOWHERE}`);
    });

    test('a clone is the same task, not run yet, that follows the hidden one', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      const id = await addTask(store, batchId, {
        name: 'n',
        command: 'c',
        settings: '{"uid":7}',
        priority: 4,
        retry: 2,
      });
      await store.write((tx) => assign(tx, id, worker.id));
      const cloneId = await store.write(async (tx) => {
        const clone = await tx.cloneTask(id, 'P', 1, 50);
        await tx.hideTask(id, 51);
        return clone;
      });
      expect(await store.read.taskDetail(cloneId)).toEqual({
        id: cloneId,
        status: 'P',
        name: 'n',
        command: 'c',
        batch: 'Default',
        batchId,
        attempt: 1,
        retry: 1,
        priority: 4,
        hidden: false,
        createdAt: 50,
        modifiedAt: 50,
        statusAt: 50,
        settings: { uid: 7 },
        dependency: [],
        previousTaskId: id,
        executions: [],
      });
      expect(await store.read.taskDetail(id)).toMatchObject({ hidden: true, modifiedAt: 51 });
      const second = await store.write((tx) => tx.cloneTask(cloneId, 'P', 0, 60));
      expect(await store.write(async (tx) => [await tx.cloneOf(id), await tx.cloneOf(second)])).toEqual([
        cloneId,
        null,
      ]);
      expect(await store.read.taskOutcomes([second, NOWHERE, id, cloneId])).toEqual([
        { id: second, status: 'P', clone: null },
        { id, status: 'A', clone: cloneId },
        { id: cloneId, status: 'P', clone: second },
      ]);
    });

    test('finds the latest task of a name in a batch, hidden ones left out', async () => {
      await using store = await open();
      const [here, there] = [await addBatch(store, 'here'), await addBatch(store, 'there')];
      const [old, latest, hidden] = await addTasks(
        store,
        ['a', 'a', 'a'].map((name) => newTask(here, { name })),
      );
      const [, b] = await addTasks(store, [newTask(there, { name: 'a' }), newTask(here, { name: 'b' })]);
      if (hidden === undefined || latest === undefined || old === undefined) throw new Error('not inserted');
      await store.write((tx) => tx.hideTask(hidden, 1));
      const found = await store.write((tx) => tx.tasksByName(here, ['b', 'a', 'none', 'a']));
      expect(found.toSorted((x, y) => x.id - y.id)).toEqual([
        { name: 'a', id: latest },
        { name: 'b', id: b },
      ]);
      expect(latest).toBe(taskIdAfter(old, 1));
    });
  });
}
