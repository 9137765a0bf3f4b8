import { describe, expect, test } from 'vitest';
import { ExecutionId } from '#core/contract/ids.ts';
import type { Store } from '../store.ts';
import { addBatch, addTask, addTasks, addWorker, assign, executionWrite, newTask } from './sample.ts';

const NOWHERE = ExecutionId.parse(999_999);

export function describeExecutions(open: () => Promise<Store>): void {
  describe('executions', () => {
    test('are open when inserted, with ids in the order of their rows', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      const tasks = await addTasks(store, [newTask(batchId), newTask(batchId), newTask(batchId)]);
      const rows = tasks.map((taskId, index) => ({ taskId, workerId: worker.id, attempt: index + 1, at: 5 }));
      const ids = await store.write((tx) => tx.insertExecutions(rows));
      const asked = [...ids.toReversed(), NOWHERE];
      expect(await store.write((tx) => tx.executionStates(asked))).toEqual(
        ids
          .map((id, index) => ({ id, taskId: tasks[index], workerId: worker.id, outcome: 'open', attempt: index + 1 }))
          .toReversed(),
      );
      expect((await store.write((tx) => tx.openExecutions(worker.id))).map(({ id }) => id)).toEqual(ids);
    });

    test('keep the times they have when a write gives none', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      const taskId = await addTask(store, batchId);
      const id = await store.write((tx) => assign(tx, taskId, worker.id, 10));
      await store.write((tx) => tx.writeExecutions([executionWrite(id, { acceptedAt: 11, startedAt: 12 })]));
      expect(await store.read.taskDetail(taskId)).toMatchObject({ startedAt: 12, status: 'A' });
      const end = { outcome: 'failed', endedAt: 13, exitCode: 2, failure: 'command', message: 'exit code 2' } as const;
      await store.write((tx) => tx.writeExecutions([executionWrite(id, end)]));
      const whole = {
        id,
        taskId,
        attempt: 1,
        workerId: worker.id,
        worker: 'node1',
        createdAt: 10,
        acceptedAt: 11,
        startedAt: 12,
        ...end,
      };
      expect(await store.read.execution(taskId, 'latest')).toEqual(whole);
      expect((await store.read.taskDetail(taskId))?.executions).toEqual([whole]);
      expect(await store.write((tx) => tx.openExecutions(worker.id))).toEqual([]);
    });

    test('refuse to be written when they are not there', async () => {
      await using store = await open();
      await expect(store.write((tx) => tx.writeExecutions([executionWrite(NOWHERE)]))).rejects.toThrow(`${NOWHERE}`);
    });

    test('are found by attempt', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      const [taskId, other] = [await addTask(store, batchId), await addTask(store, batchId)];
      const first = await store.write((tx) => assign(tx, taskId, worker.id));
      await store.write((tx) => assign(tx, other, worker.id));
      const second = await store.write((tx) => assign(tx, taskId, worker.id));
      expect(await store.read.execution(taskId, 1)).toMatchObject({ id: first, attempt: 1 });
      expect(await store.read.execution(taskId, 2)).toMatchObject({ id: second, attempt: 2 });
      expect(await store.read.execution(taskId, 'latest')).toMatchObject({ id: second });
      expect(await store.read.execution(taskId, 3)).toBeUndefined();
      expect((await store.read.taskDetail(taskId))?.executions.map(({ id }) => id)).toEqual([first, second]);
    });

    test('of a worker that are open are orders to run', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const [here, there] = [await addWorker(store, batchId, 'here'), await addWorker(store, batchId, 'there')];
      const [a, b, c] = await addTasks(
        store,
        ['a', 'b', 'c'].map((command) => newTask(batchId, { command, settings: `{"output":"${command}"}` })),
      );
      if (a === undefined || b === undefined || c === undefined) throw new Error('not inserted');
      const [first, second] = await store.write(async (tx) => [
        await assign(tx, b, here.id),
        await assign(tx, a, here.id),
        await assign(tx, c, there.id),
      ]);
      if (first === undefined) throw new Error('not inserted');
      expect(await store.read.openOrders(here.id)).toEqual([
        { id: b, command: 'b', settings: '{"output":"b"}', executionId: first, attempt: 1 },
        { id: a, command: 'a', settings: '{"output":"a"}', executionId: second, attempt: 1 },
      ]);
      await store.write((tx) => tx.writeExecutions([executionWrite(first, { outcome: 'succeeded', endedAt: 3 })]));
      expect((await store.read.openOrders(here.id)).map(({ id }) => id)).toEqual([a]);
    });
  });
}
