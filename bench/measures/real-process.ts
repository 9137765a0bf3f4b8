import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Figure, Measure } from '../frame/figure.ts';
import { Programs, timeProcess } from '../frame/programs.ts';
import { median } from '../frame/statistics.ts';
import { User } from '../frame/user.ts';

const TASKS = 2_000;
const AT_ONCE = 8;
const ROUNDS = 3;

/** A folder in memory, where Linux has one. */
const IN_MEMORY = '/dev/shm';

/**
 * Whole lives of tasks that run the shortest process there is. Each has folders and files of its own, which are made
 * and removed; how long that takes is the file system's affair, so it is measured on the disk and in memory.
 */
export const realProcess: Measure = {
  name: 'real-process',
  async run() {
    const figures = [await measureIn(tmpdir(), 'folders on the disk')];
    if (existsSync(IN_MEMORY)) figures.push(await measureIn(IN_MEMORY, 'folders in memory'));
    return figures;
  },
};

async function measureIn(parent: string, where: string): Promise<Figure> {
  const ratios: number[] = [];
  const rates: number[] = [];
  const references: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await runByXargs();
    const rate = await runByAgent(parent);
    const reference = (before + (await runByXargs())) / 2;
    rates.push(rate);
    references.push(reference);
    ratios.push(rate / reference);
  }
  return {
    what: `whole life, real process (true), ${where}`,
    value: median(rates),
    unit: 'tasks/s',
    reference: { what: `xargs -P ${AT_ONCE}`, value: median(references), unit: 'processes/s' },
    ratio: median(ratios),
    target: { of: 'ratio', bound: 'least', now: 0.6, later: 0.9 },
    method: `${TASKS.toLocaleString('en')} tasks, server and one agent (concurrency ${AT_ONCE}, prefetch 64), the agent's data in ${parent}; from the first assignment until the counters show the last success; median of ${ROUNDS}. Reference: \`xargs -P ${AT_ONCE} -n 1 true\` over as many, the mean of a run just before and one just after.`,
  };
}

async function runByAgent(parent: string): Promise<number> {
  await using programs = await Programs.prepare({ agentsIn: parent });
  const server = await programs.startServer();
  await using user = new User(server);
  const first = await user.queue(TASKS, () => ({ command: ['true'] }));
  await programs.startAgent({ name: 'real', concurrency: AT_ONCE, prefetch: 64 });
  await user.untilSucceeded(TASKS);
  const endedAt = Date.now();
  return TASKS / ((endedAt - (await user.assignedAt(first))) / 1_000);
}

/** Processes a second. */
async function runByXargs(): Promise<number> {
  const script = `seq ${TASKS} | xargs -P ${AT_ONCE} -n 1 true`;
  return TASKS / ((await timeProcess(['/bin/sh', '-c', script])) / 1_000);
}
