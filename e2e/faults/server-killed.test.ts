import { join } from 'node:path';
import { expect } from 'vitest';
import type { TaskSummary } from '#core/contract/task.ts';
import type { ServerProgram } from '#e2e/programs/server-program.ts';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone } from '#e2e/programs/until.ts';
import { readStarts, recorded } from './commands.ts';
import { allTasks, expectCountersToBeTrue, logOf, show } from './ledger.ts';
import type { Random } from './random.ts';
import { makeRandom } from './random.ts';
import type { NamedTask } from './submitter.ts';
import { Submitter } from './submitter.ts';

const KILLS = 20;
/** Has a worker. */
const BUSY = 'busy';
/** Has none: how many tasks come in does not depend on how many are done. */
const WAITING = 'waiting';

test('a server that is killed 20 times in the middle of a batch loses nothing and starts nothing twice', async ({
  programs,
}) => {
  const random = makeRandom('kills of the server');
  const starts = join(programs.root, 'starts');
  const server = await programs.startServer();
  await programs.startWorker(server, { batch: BUSY, concurrency: 4, prefetch: 4 });

  const submitters = [
    new Submitter(server, { batch: BUSY, makeGroup: (number) => groupOfTasks(number, random, starts), fullAt: 40 }),
    new Submitter(server, { batch: WAITING, makeGroup: (number) => groupThatWaits(number, random), fullAt: 3_000 }),
  ];
  const submitting = Promise.all(submitters.map((submitter) => submitter.run()));
  submitting.catch(() => undefined);
  await killAgainAndAgain(server, random, starts);
  for (const submitter of submitters) submitter.stop();
  await submitting;
  await untilDone(server, { batch: BUSY });

  for (const submitter of submitters) {
    expect(submitter.count.acknowledged, 'groups acknowledged').toBeGreaterThan(KILLS);
    await submitter.expectToBeWhole();
  }
  const cutOff = submitters.reduce((sum, { count }) => sum + count.submitted - count.acknowledged, 0);
  expect(cutOff, 'groups that a kill came between').toBeGreaterThan(0);
  const tasks = await allTasks(server);
  await expectEachToHaveRunOnce(
    server,
    tasks.filter(({ batch }) => batch === BUSY),
    starts,
  );
  for (const { id, status, attempt } of tasks.filter(({ batch }) => batch === WAITING)) {
    expect({ id, status, attempt }).toEqual({ id, status: 'P', attempt: 0 });
  }
  await expectCountersToBeTrue(server);
  expect(programs.describe(), 'what the programs logged').not.toContain('"level":50');
});

async function killAgainAndAgain(server: ServerProgram, random: Random, starts: string): Promise<void> {
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Half of the kills come soon after the start, the others while commands begin, print and end.
    if (kill % 2 === 1) {
      const before = (await readStarts(starts)).length;
      await until(
        'a command begins',
        async () => (await readStarts(starts)).length,
        (count) => count > before,
      );
    }
    await random.pause(0, 600);
    await server.kill('SIGKILL');
    await server.start();
  }
}

/** The name of a task says with which code it has to end. */
function groupOfTasks(group: number, random: Random, starts: string): NamedTask[] {
  return Array.from({ length: random.between(1, 8) }, (_, index) => {
    const code = random.between(0, 3) === 0 ? random.between(1, 9) : 0;
    const name = `${group}.${index} exit ${code}`;
    const script = `echo ${name}; sleep 0.${random.between(0, 3)}; echo end of ${name} >&2; exit ${code}`;
    return { name, command: recorded(starts, script) };
  });
}

function groupThatWaits(group: number, random: Random): NamedTask[] {
  return Array.from({ length: random.between(1, 4) }, (_, index) => ({
    name: `waits ${group}.${index}`,
    command: ['true'],
  }));
}

async function expectEachToHaveRunOnce(server: ServerProgram, tasks: TaskSummary[], starts: string): Promise<void> {
  const started = (await readStarts(starts)).map(({ taskId, attempt }) => `${taskId} ${attempt}`);
  expect(started.toSorted()).toEqual(tasks.map(({ id }) => `${id} 1`).toSorted());

  const details = await show(
    server,
    tasks.map(({ id }) => id),
  );
  for (const { id, name = '', status, executions } of details) {
    const code = Number(name.split(' ').at(-1));
    const outcome = code === 0 ? 'succeeded' : 'failed';
    expect({ id, status, executions }).toMatchObject({
      status: code === 0 ? 'S' : 'F',
      executions: [{ outcome, exitCode: code }],
    });
    expect(executions).toHaveLength(1);
    const { createdAt = 0, startedAt = 0, endedAt = 0 } = executions[0] ?? {};
    expect(startedAt, `times of task ${id}`).toBeGreaterThanOrEqual(createdAt);
    expect(endedAt, `times of task ${id}`).toBeGreaterThanOrEqual(startedAt);
    expect(await logOf(server, id, 'stdout')).toBe(`${name}\n`);
    expect(await logOf(server, id, 'stderr')).toBe(`end of ${name}\n`);
  }
}
