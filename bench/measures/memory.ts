import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measure } from '../frame/figure.ts';
import { MemoryWatch } from '../frame/memory-watch.ts';
import { Programs } from '../frame/programs.ts';
import { User } from '../frame/user.ts';

const TASKS = 100_000;

/** What the server needs while many tasks are queued and run, and after. */
export const memory: Measure = {
  name: 'memory',
  async run() {
    await using programs = await Programs.prepare();
    const server = await programs.startServer();
    await using user = new User(server);
    using watch = new MemoryWatch(server.pid);
    const file = join(programs.folder, 'tasks.jsonl');
    const lines = Array.from(
      { length: TASKS },
      (_, index) => `{"command":["no-op","${index}"],"name":"task-${index}"}\n`,
    );
    await writeFile(file, lines);
    await programs.time(['task', 'create', '--from-file', file]);
    const queued = await watch.highest();
    await programs.startAgent({ name: 'noop', concurrency: 500, prefetch: 500, executor: 'noop' });
    await user.untilSucceeded(TASKS);
    const [after, most] = [await watch.now(), await watch.highest()];
    const count = TASKS.toLocaleString('en');
    return [
      {
        what: `memory of the server, most, ${count} tasks`,
        value: most,
        unit: 'MB',
        target: { of: 'value', bound: 'most', now: 250 },
        method: `Largest resident size from its start until ${count} tasks, queued by one command, have run (no-op); ${queued.toFixed(0)} MB of it when they were queued.`,
      },
      {
        what: `memory of the server after ${count} tasks`,
        value: after,
        unit: 'MB',
        target: { of: 'value', bound: 'most', now: 250 },
        method: 'Resident size when the last one has ended.',
      },
    ];
  },
};
