import type { Figure, Measure } from '../frame/figure.ts';
import { Programs, timeProcess } from '../frame/programs.ts';
import { alternate, median } from '../frame/statistics.ts';
import { User } from '../frame/user.ts';

const TASKS = 100_000;
const ROUNDS = 15;

/** How long somebody at a terminal waits. */
export const commandLine: Measure = {
  name: 'command-line',
  async run() {
    await using programs = await Programs.prepare();
    const server = await programs.startServer();
    await using user = new User(server);
    await user.queue(TASKS, (index) => ({ command: ['no-op', String(index)], name: `task-${index}` }));
    const version = await time(programs, ['--version']);

    await programs.startAgent({ name: 'noop', concurrency: 500, prefetch: 500, executor: 'noop' });
    await user.until(({ tasks }) => tasks.S > 0);
    const list = await time(programs, ['task', 'list']);
    const { tasks } = await user.api.status.query();
    if (tasks.P === 0) throw new Error('the agent had nothing left to do before the lists were through');

    return [
      {
        what: 'scitq --version',
        ...version,
        target: { of: 'value', bound: 'most', now: 150 },
        method: `The whole process; median of ${ROUNDS}. ${REFERENCE}`,
      },
      {
        what: `scitq task list, ${TASKS.toLocaleString('en')} tasks, while they run`,
        ...list,
        target: { of: 'value', bound: 'most', now: 150 },
        method: `The whole process, while the no-op agent works on the tasks as fast as the machine can; median of ${ROUNDS}. ${REFERENCE}`,
      },
    ];
  },
};

const REFERENCE = 'Reference: `node -e 0`, by turns with it.';

async function time(
  programs: Programs,
  words: readonly string[],
): Promise<Pick<Figure, 'value' | 'unit' | 'reference' | 'ratio'>> {
  // The first run leaves the compiled code for the others, as it does on a user's machine.
  await programs.time(words);
  const { references, measured } = await alternate(
    ROUNDS,
    () => timeProcess([process.execPath, '-e', '0']),
    () => programs.time(words),
  );
  const value = median(measured);
  const reference = median(references);
  return {
    value,
    unit: 'ms',
    reference: { what: 'node -e 0', value: reference, unit: 'ms' },
    ratio: value / reference,
  };
}
