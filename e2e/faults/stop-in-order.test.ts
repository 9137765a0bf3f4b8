import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone, untilTasks } from '#e2e/programs/until.ts';
import { chatter, chatty, isAlive, pidOf, readStarts, recorded } from './commands.ts';
import { expectCountersToBeTrue, logOf, show } from './ledger.ts';

const ENDED_WELL = { code: 0, signal: null };

describe('SIGTERM of an agent', () => {
  test('finishes what ends in time, gives back the rest to run elsewhere without using a retry, and exits 0', async ({
    programs,
  }) => {
    const starts = join(programs.root, 'starts');
    const server = await programs.startServer();
    const leaving = await programs.startWorker(server, { name: 'leaving', concurrency: 2, prefetch: 2, drain: 6 });

    const short = recorded(starts, chatty(100, 2, 5));
    const long = recorded(starts, '[ $SCITQ_ATTEMPT -gt 1 ] || exec sleep 600; echo moved');
    const tasks = [short, long, long, long].map((command, index) => ({ command, retry: index === 0 ? 0 : 1 }));
    const { first } = await server.api.task.submit.mutate({ tasks });
    const ids = await server.api.task.select.query({ last: tasks.length });
    await untilTasks(server, { ids }, ({ counts }) => counts.R === 2 && counts.O === 2);
    await until(
      'both commands have begun',
      () => readStarts(starts),
      (begun) => begun.length === 2,
    );

    const stopped = leaving.kill('SIGTERM');
    await until(
      'what had not begun is given back',
      () => server.api.status.query(),
      ({ tasks: counts }) => counts.P >= 2,
    );
    const { first: late } = await server.api.task.submit.mutate({ tasks: [{ command: recorded(starts, 'true') }] });
    expect(await stopped, programs.describe()).toEqual(ENDED_WELL);
    const pid = await pidOf(starts, ids[1] ?? first, 1);
    expect(pid).toBeDefined();
    expect(await isAlive(pid ?? 0), 'the command that was given back').toBe(false);
    expect((await programs.living()).map(({ command }) => command).filter((command) => /sleep/.test(command))).toEqual(
      [],
    );
    expect(await workerStatus()).toBe('offline');

    await programs.startWorker(server, { name: 'staying', concurrency: 2 });
    await untilDone(server, { ids: [...ids, late] });
    const [finished, ...moved] = await show(server, ids);
    expect(finished).toMatchObject({ status: 'F', attempt: 1, executions: [{ worker: 'leaving', exitCode: 5 }] });
    expect(await logOf(server, first, 'stdout')).toBe(chatter('out', 100));
    expect(await logOf(server, first, 'stderr')).toBe(chatter('err', 100));
    for (const { id, status, retry, executions } of moved) {
      expect({ id, status, retry, executions }).toMatchObject({
        status: 'S',
        retry: 1,
        executions: [
          { worker: 'leaving', outcome: 'lost', message: expect.stringMatching(/stopp/) },
          { worker: 'staying', outcome: 'succeeded' },
        ],
      });
      expect(executions).toHaveLength(2);
    }
    expect((await show(server, [late]))[0]?.executions).toMatchObject([{ worker: 'staying' }]);
    await expectCountersToBeTrue(server);

    async function workerStatus(): Promise<string | undefined> {
      return (await server.api.worker.list.query()).find(({ name }) => name === 'leaving')?.status;
    }
  });

  test('exits 0 also while its server is away, and delivers what ended when it is started again', async ({
    programs,
  }) => {
    const starts = join(programs.root, 'starts');
    const server = await programs.startServer();
    const worker = await programs.startWorker(server, { concurrency: 2, drain: 20 });
    const tasks = [{ command: recorded(starts, chatty(100, 1, 0)) }, { command: recorded(starts, chatty(100, 1, 9)) }];
    await server.api.task.submit.mutate({ tasks });
    const ids = await server.api.task.select.query({ last: 2 });
    await until(
      'both commands have begun',
      () => readStarts(starts),
      (begun) => begun.length === 2,
    );
    await server.kill('SIGKILL');
    expect(await worker.kill('SIGTERM')).toEqual(ENDED_WELL);
    await server.start();
    await worker.start();
    await untilDone(server, { ids });
    expect((await show(server, ids)).map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(['S 1', 'F 1']);
    for (const id of ids) expect(await logOf(server, id, 'stdout')).toBe(chatter('out', 100));
  });
});

describe('SIGTERM of a server', () => {
  test('exits 0 while tasks run and clients watch; the next one goes on', async ({ programs }) => {
    const starts = join(programs.root, 'starts');
    const server = await programs.startServer();
    await programs.startWorker(server, { concurrency: 2, prefetch: 2 });
    const tasks = Array.from({ length: 12 }, () => ({ command: recorded(starts, chatty(50, 1, 0)) }));
    const { first, count } = await server.api.task.submit.mutate({ tasks });
    const done = untilDone(server, { from: { first, count } });
    done.catch(() => undefined);
    for (let stop = 0; stop < 3; stop += 1) {
      const before = (await readStarts(starts)).length;
      await until(
        'a command begins',
        async () => (await readStarts(starts)).length,
        (begun) => begun > before,
      );
      expect(await server.kill('SIGTERM'), programs.describe()).toEqual(ENDED_WELL);
      await expect(
        access(join(server.data, 'server.json')),
        'the address of a server that runs no more',
      ).rejects.toThrow();
      await server.start();
    }
    await done;
    const ids = await server.api.task.select.query({ last: count });
    expect((await show(server, ids)).map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(
      ids.map(() => 'S 1'),
    );
    expect(await readStarts(starts)).toHaveLength(count);
    for (const id of ids) expect(await logOf(server, id, 'stderr')).toBe(chatter('err', 50));
    await expectCountersToBeTrue(server);
  });

  test('stops its own worker as well, and leaves nothing running', async ({ programs }) => {
    const starts = join(programs.root, 'starts');
    const server = await programs.startServer({ workers: 2 });
    await server.api.task.submit.mutate({
      tasks: [{ command: recorded(starts, 'true') }, { command: recorded(starts, 'true') }],
    });
    await untilDone(server, { ids: await server.api.task.select.query({ last: 2 }) });
    expect(await server.kill('SIGTERM'), programs.describe()).toEqual(ENDED_WELL);
    await until(
      'nothing is left',
      () => programs.living(),
      (living) => living.length === 0,
    );
  });
});
