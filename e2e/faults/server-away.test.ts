import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone, untilTasks } from '#e2e/programs/until.ts';
import { readStarts, recorded } from './commands.ts';
import { expectCountersToBeTrue, logOf, show } from './ledger.ts';

const AWAY = 30_000;

test('the results and logs of a time without a server arrive when it is back, in order and with their times', async ({
  programs,
}) => {
  const starts = join(programs.root, 'starts');
  const go = join(programs.root, 'go');
  const server = await programs.startServer();
  await programs.startWorker(server, { concurrency: 4, prefetch: 4 });

  // Print with the time of each line, before, while and after the server is away.
  const ticking = recorded(starts, `n=0; until [ -e ${go} ]; do n=$((n+1)); echo "$n $(date +%s%3N)"; sleep 0.2; done`);
  // End while it is away, after printing a lot on both streams.
  const ending = (code: number) =>
    recorded(starts, `seq 1 20000; seq 1 20000 | sed 's/^/err /' >&2; sleep 12; echo last; exit ${code}`);
  // Held by the agent when the server goes, begun and ended while it is away.
  const held = recorded(starts, 'sleep 1; echo held');
  const commands = [ticking, ending(0), ending(3), ending(0), held, held, held, held];
  const { first } = await server.api.task.submit.mutate({ tasks: commands.map((command) => ({ command })) });
  const ids = await server.api.task.select.query({ last: commands.length });
  expect(ids[0]).toBe(first);
  await untilTasks(server, { ids }, ({ counts }) => counts.R === 4 && counts.O === 4);
  await until(
    'the ticks are printed',
    () => logOf(server, first, 'stdout'),
    (log) => log !== '',
  );

  const killedAt = Date.now();
  await server.kill('SIGKILL');
  await until(
    'all commands have begun',
    () => readStarts(starts),
    (begun) => begun.length === commands.length,
    AWAY,
  );
  await until(
    'the server was away for long',
    () => Date.now() - killedAt,
    (away) => away >= AWAY,
    AWAY + 1_000,
  );
  const startedAt = Date.now();
  await server.start();
  const backAt = Date.now();
  await untilTasks(server, { ids }, ({ ended }) => ended === commands.length - 1);
  await writeFile(go, '');
  await untilDone(server, { ids });

  const details = await show(server, ids);
  expect(details.map(({ status }) => status).join('')).toBe('SSFSSSSS');
  expect(details.map(({ executions }) => executions.length)).toEqual(ids.map(() => 1));
  expect(details[2]?.executions[0]).toMatchObject({ outcome: 'failed', failure: 'command', exitCode: 3 });
  for (const { id, executions } of details.slice(1)) {
    const [{ endedAt = 0 } = {}] = executions;
    expect(endedAt, `end of task ${id}, by the agent's clock`).toBeGreaterThan(killedAt);
    expect(endedAt, `end of task ${id}, by the agent's clock`).toBeLessThan(startedAt);
  }
  for (const { id, executions } of details.slice(4)) {
    const [{ startedAt: begun = 0, endedAt = 0 } = {}] = executions;
    expect(begun, `start of task ${id}`).toBeGreaterThan(killedAt);
    expect(endedAt - begun, `run time of task ${id}`).toBeGreaterThanOrEqual(1_000);
    expect(await logOf(server, id, 'stdout')).toBe('held\n');
  }
  const numbers = Array.from({ length: 20_000 }, (_, index) => index + 1);
  for (const { id } of details.slice(1, 4)) {
    expect(await logOf(server, id, 'stdout')).toBe(`${numbers.join('\n')}\nlast\n`);
    expect(await logOf(server, id, 'stderr')).toBe(numbers.map((n) => `err ${n}\n`).join(''));
  }
  const ticks = (await logOf(server, first, 'stdout'))
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  expect(ticks.map(([n]) => n)).toEqual(ticks.map((_, index) => index + 1));
  const times = ticks.map(([, at = 0]) => at);
  expect(times.filter((at) => at > killedAt && at < startedAt).length, 'ticks while it was away').toBeGreaterThan(20);
  expect(Math.max(...times), 'ticks after it was back').toBeGreaterThan(backAt);
  await expectCountersToBeTrue(server);
});
