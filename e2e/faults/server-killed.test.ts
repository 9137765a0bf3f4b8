import { join } from 'node:path';
import { expect } from 'vitest';
import type { NewTask } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { ServerProgram } from '#e2e/programs/server-program.ts';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone } from '#e2e/programs/until.ts';
import { readStarts, recorded } from './commands.ts';
import { allTasks, expectCountersToBeTrue, logOf, show } from './ledger.ts';
import type { Random } from './random.ts';
import { makeRandom } from './random.ts';

const KILLS = 20;
const BATCH = 'kills';
/** So many unfinished tasks are enough to keep the worker busy until the next kill. */
const ENOUGH_WAITING = 40;

interface Group {
  names: string[];
  /** The ids, where the server acknowledged them. */
  ids: TaskId[] | undefined;
}

test('a server that is killed 20 times in the middle of a batch loses nothing and starts nothing twice', async ({
  programs,
}) => {
  const random = makeRandom('kills of the server');
  const starts = join(programs.root, 'starts');
  const server = await programs.startServer();
  await programs.startWorker(server, { batch: BATCH, concurrency: 4, prefetch: 4 });

  const submitter = new Submitter(server, random, starts);
  const submitting = submitter.run();
  let endedBefore = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    // Half of the kills come soon after the start, the others while commands run, end and print.
    if (kill % 2 === 1) await until('the worker is back and runs tasks', () => runningTasks(server), (count) => count > 0);
    await random.pause(0, kill % 2 === 1 ? 500 : 800);
    if (kill === 0) endedBefore = (await readStarts(starts)).length;
    await server.kill('SIGKILL');
    await server.start();
  }
  const startedDuringKills = (await readStarts(starts)).length - endedBefore;
  submitter.stop();
  await submitting;
  await untilDone(server, { batch: BATCH });

  expect(startedDuringKills, 'commands started between the kills').toBeGreaterThan(KILLS);
  await expectSubmissionsToBeWhole(server, submitter.groups);
  const tasks = await allTasks(server);
  await expectEachToHaveRunOnce(server, starts);
  await expectCountersToBeTrue(server);
  expect(tasks.filter(({ hidden }) => hidden)).toEqual([]);
  expect(programs.describe(), 'errors that the server logged').not.toContain('"level":50');
});

/** Keeps the batch filled with small groups, and remembers which of them the server acknowledged. */
class Submitter {
  readonly groups: Group[] = [];
  readonly #server: ServerProgram;
  readonly #random: Random;
  readonly #starts: string;
  #stopped = false;

  constructor(server: ServerProgram, random: Random, starts: string) {
    this.#server = server;
    this.#random = random;
    this.#starts = starts;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    while (!this.#stopped) {
      const group: Group = { names: [], ids: undefined };
      const tasks = this.#tasks(this.groups.length);
      group.names = tasks.map(({ name }) => name);
      this.groups.push(group);
      try {
        const { first, count } = await this.#server.api.task.submit.mutate({ batch: BATCH, tasks });
        expect(count).toBe(tasks.length);
        const ids = await this.#server.api.task.select.query({ names: group.names, batch: BATCH });
        group.ids = ids;
        expect(ids).toHaveLength(count);
        expect(ids[0]).toBe(first);
        await until('there is room in the queue', () => waitingTasks(this.#server), (count) => count < ENOUGH_WAITING);
      } catch {
        // The server was killed: whether it has the group is for the end to see.
      }
      await this.#random.pause(10, 60);
    }
  }

  #tasks(group: number): (NewTask & { name: string })[] {
    return Array.from({ length: this.#random.between(1, 8) }, (_, index) => {
      const code = this.#random.between(0, 3) === 0 ? this.#random.between(1, 9) : 0;
      const name = `g${group}-${index}-exit${code}`;
      const script = `echo ${name}; sleep 0.0${this.#random.between(0, 9)}; echo end >&2; exit ${code}`;
      return { name, command: recorded(this.#starts, script) };
    });
  }
}
