import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TaskId } from '#core/task/ids.ts';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone } from '#e2e/programs/until.ts';
import { isAlive, pidOf, readStarts, recorded } from './commands.ts';
import { expectCountersToBeTrue, logOf, show } from './ledger.ts';

/** Seconds. The living worker, on a loaded machine, must be heard of in time as well. */
const SHORT_LEASE = { SCITQ_OFFLINE_TIMEOUT: '2', SCITQ_CONSIDERED_LOST_TIMEOUT: '6' };

test('what a dead agent ran is lost, runs on another worker without using a retry, and is killed when it comes back', async ({
  programs,
}) => {
  const starts = join(programs.root, 'starts');
  const go = join(programs.root, 'go');
  const server = await programs.startServer({ env: SHORT_LEASE });
  const dead = await programs.startWorker(server, { name: 'dead', concurrency: 3, prefetch: 1 });

  // The first attempt of each is on the agent that dies: two go on for ever, one ends badly while the agent is away.
  const forever = recorded(starts, '[ $SCITQ_ATTEMPT -gt 1 ] || exec sleep 600; echo done on the second');
  const endsLate = recorded(starts, `[ $SCITQ_ATTEMPT -gt 1 ] || { until [ -e ${go} ]; do sleep 0.05; done; exit 7; }`);
  const tasks = [forever, forever, endsLate, forever].map((command) => ({ command, retry: 2 }));
  const { first } = await server.api.task.submit.mutate({ tasks });
  const ids = await server.api.task.select.query({ last: tasks.length });
  expect(ids[0]).toBe(first);
  await until(
    'three commands run',
    () => readStarts(starts),
    (begun) => begun.length === 3,
  );
  await until(
    'the fourth task is held',
    () => statusOf(3),
    (status) => status !== 'A' && status !== 'P',
  );
  await dead.kill('SIGKILL');
  const [pid1, pid2] = await firstPids(ids);

  const other = await programs.startWorker(server, { name: 'other', concurrency: 2 });
  await untilDone(server, { ids });
  for (const { id, status, retry, attempt, executions } of await show(server, ids)) {
    expect({ id, status, retry, attempt, executions }).toMatchObject({
      status: 'S',
      retry: 2,
      attempt: 2,
      executions: [
        {
          attempt: 1,
          worker: 'dead',
          outcome: 'lost',
          failure: 'lost',
          message: expect.stringContaining('not heard of'),
        },
        { attempt: 2, worker: 'other', outcome: 'succeeded', exitCode: 0 },
      ],
    });
  }
  expect(await workerStatus('dead')).toBe('lost');
  expect([await isAlive(pid1), await isAlive(pid2)], 'commands of the dead agent go on').toEqual([true, true]);
  await other.kill('SIGKILL');

  await writeFile(go, '');
  await dead.start();
  await until(
    'its commands are killed',
    async () => [await isAlive(pid1), await isAlive(pid2)],
    (alive) => !alive.includes(true),
  );
  const { first: fresh } = await server.api.task.submit.mutate({ tasks: [{ command: ['echo', 'it works again'] }] });
  await untilDone(server, { ids: [fresh] });
  expect(await logOf(server, fresh, 'stdout')).toBe('it works again\n');
  expect(await workerStatus('dead')).toBe('running');

  const after = await show(server, ids);
  expect(after.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(ids.map(() => 'S 2'));
  const begun = (await readStarts(starts)).map(({ taskId, attempt }) => `${taskId - first} ${attempt}`).toSorted();
  expect(begun, 'the fourth never began on the dead agent').toEqual(['0 1', '0 2', '1 1', '1 2', '2 1', '2 2', '3 2']);
  await expectCountersToBeTrue(server);

  async function statusOf(index: number): Promise<string | undefined> {
    const [task] = await show(server, ids.slice(index, index + 1));
    return task?.status;
  }

  async function firstPids(of: TaskId[]): Promise<[number, number]> {
    const [one = first, two = first] = of;
    return [(await pidOf(starts, one, 1)) ?? 0, (await pidOf(starts, two, 1)) ?? 0];
  }

  async function workerStatus(name: string): Promise<string | undefined> {
    return (await server.api.worker.list.query()).find((worker) => worker.name === name)?.status;
  }
});
