import type { Measure } from '../frame/figure.ts';
import { Programs, timeProcess } from '../frame/programs.ts';
import { median } from '../frame/statistics.ts';
import { User } from '../frame/user.ts';

const TASKS = 2_000;
const AT_ONCE = 8;
const ROUNDS = 3;

/** Whole lives of tasks that run the shortest process there is. */
export const realProcess: Measure = {
  name: 'real-process',
  async run() {
    const ratios: number[] = [];
    const rates: number[] = [];
    const references: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await runByXargs();
      const rate = await runByAgent();
      const reference = (before + (await runByXargs())) / 2;
      rates.push(rate);
      references.push(reference);
      ratios.push(rate / reference);
    }
    return [
      {
        what: `whole life with a real process (true), ${AT_ONCE} at once`,
        value: median(rates),
        unit: 'tasks/s',
        reference: { what: `xargs -P ${AT_ONCE}`, value: median(references), unit: 'processes/s' },
        ratio: median(ratios),
        target: { of: 'ratio', bound: 'least', number: 0.6 },
        method: `${TASKS.toLocaleString('en')} tasks, server and one agent (concurrency ${AT_ONCE}, prefetch 64), from the first assignment until the counters show the last success; median of ${ROUNDS}. Reference: \`xargs -P ${AT_ONCE} -n 1 true\` over as many, the mean of a run just before and one just after.`,
      },
    ];
  },
};

async function runByAgent(): Promise<number> {
  await using programs = await Programs.prepare();
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
