import { join } from 'node:path';
import { expect } from 'vitest';
import type { TaskId } from '#core/task/ids.ts';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone } from '#e2e/programs/until.ts';
import { chatter, chatty, readStarts, recorded } from './commands.ts';
import { expectCountersToBeTrue, logOf, show } from './ledger.ts';
import { makeRandom } from './random.ts';

const KILLS = 20;
const LINES = 200;

test('an agent that is killed 20 times finds the commands that it ran, with all their output and their exit codes', async ({
  programs,
}) => {
  const random = makeRandom('kills of the agent');
  const starts = join(programs.root, 'starts');
  const server = await programs.startServer();
  const worker = await programs.startWorker(server, { concurrency: 5, prefetch: 2 });

  const codes = new Map<TaskId, number>();
  const submit = async (count: number) => {
    const wanted = Array.from({ length: count }, () => (random.between(0, 2) === 0 ? random.between(1, 255) : 0));
    const tasks = wanted.map((code) => ({
      command: recorded(starts, chatty(LINES, Math.max(0, random.between(-15, 30)) / 10, code)),
      // One that is sound but started again for want of its agent would show it here.
      retry: code === 0 ? 3 : 0,
    }));
    await server.api.task.submit.mutate({ tasks });
    const ids = await server.api.task.select.query({ last: count });
    for (const [index, id] of ids.entries()) codes.set(id, wanted[index] ?? 0);
  };

  await submit(8);
  for (let kill = 0; kill < KILLS; kill += 1) {
    await submit(4);
    // Half of the kills hit an agent at work, the others one that is still finding out what its predecessor ran.
    const isAtWork = kill % 2 === 0;
    if (isAtWork) {
      const before = (await readStarts(starts)).length;
      await until(
        'a command begins',
        async () => (await readStarts(starts)).length,
        (count) => count > before,
      );
    }
    await random.pause(0, 800);
    await worker.kill('SIGKILL');
    if (isAtWork) await worker.spawn();
    else await worker.start();
  }
  await untilDone(server, { ids: [...codes.keys()] });

  const started = (await readStarts(starts)).map(({ taskId, attempt }) => `${taskId} ${attempt}`);
  expect(started.toSorted()).toEqual([...codes.keys()].map((id) => `${id} 1`).toSorted());
  for (const { id, status, attempt, retry, executions } of await show(server, [...codes.keys()])) {
    const code = codes.get(id) ?? 0;
    expect({ id, status, attempt, retry, executions }).toMatchObject({
      status: code === 0 ? 'S' : 'F',
      attempt: 1,
      retry: code === 0 ? 3 : 0,
      executions: [{ outcome: code === 0 ? 'succeeded' : 'failed', exitCode: code, worker: worker.name }],
    });
    expect(executions).toHaveLength(1);
    if (code !== 0) expect(executions[0]?.failure).toBe('command');
    expect(await logOf(server, id, 'stdout')).toBe(chatter('out', LINES));
    expect(await logOf(server, id, 'stderr')).toBe(chatter('err', LINES));
  }
  await expectCountersToBeTrue(server);
});
