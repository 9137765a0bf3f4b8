import { join } from 'node:path';
import type { Measure } from '../frame/figure.ts';
import { insertTasks, openPlainDatabase } from '../frame/plain-database.ts';
import { Programs } from '../frame/programs.ts';
import { alternate, median } from '../frame/statistics.ts';
import { User } from '../frame/user.ts';

const TASKS = 50_000;
const ROUNDS = 3;
const PER_COMMIT = 500;

/** Whole lives of tasks that run nothing: what the system itself costs. */
export const noOpLife: Measure = {
  name: 'no-op-life',
  async run() {
    const { references, measured } = await alternate(ROUNDS, writePlainly, liveThrough);
    const value = TASKS / (median(measured) / 1_000);
    const reference = TASKS / (median(references) / 1_000);
    return [
      {
        what: `whole life, no-op executor, ${TASKS.toLocaleString('en')} tasks`,
        value,
        unit: 'lives/s',
        reference: { what: 'better-sqlite3, six row writes a life', value: reference, unit: 'lives/s' },
        ratio: value / reference,
        target: { of: 'value', bound: 'least', now: 5_000, later: 10_000 },
        method: `Server and one agent (--executor noop, concurrency 500, prefetch 500), tasks queued before; from the first assignment until the counters show the last success, which they do at most 0.1 s late; median of ${ROUNDS}. Reference: inserting an execution and updating task and execution in three durable transactions for each ${PER_COMMIT} lives.`,
      },
    ];
  },
};

async function liveThrough(): Promise<number> {
  await using programs = await Programs.prepare();
  const server = await programs.startServer();
  await using user = new User(server);
  const first = await user.queue(TASKS, (index) => ({ command: ['no-op', String(index)] }));
  await programs.startAgent({ name: 'noop', concurrency: 500, prefetch: 500, executor: 'noop' });
  await user.untilSucceeded(TASKS);
  const endedAt = Date.now();
  return endedAt - (await user.assignedAt(first));
}

async function writePlainly(): Promise<number> {
  await using programs = await Programs.prepare();
  using closing = new DisposableStack();
  const database = closing.adopt(openPlainDatabase(join(programs.folder, 'plain.sqlite')), (opened) => opened.close());
  insertTasks(database, TASKS, 1_000, (index) => `no-op ${index}`);
  const open = database.prepare<[task: number, at: number]>(
    'INSERT INTO execution (task_id, worker_id, attempt, created_at) VALUES (?, 1, 1, ?)',
  );
  const move = database.prepare<[status: string, execution: number, modified: number, changed: number, id: number]>(
    'UPDATE task SET status = ?, execution_id = ?, worker_id = 1, modified_at = ?, status_at = ? WHERE id = ?',
  );
  const accept = database.prepare<[accepted: number, id: number]>('UPDATE execution SET accepted_at = ? WHERE id = ?');
  const end = database.prepare<[started: number, ended: number, id: number]>(
    "UPDATE execution SET outcome = 'succeeded', started_at = ?, ended_at = ?, exit_code = 0 WHERE id = ?",
  );
  const stages = [
    (id: number, at: number) => [open.run(id, at), move.run('A', id, at, at, id)],
    (id: number, at: number) => [accept.run(at, id), move.run('R', id, at, at, id)],
    (id: number, at: number) => [end.run(at, at, id), move.run('S', id, at, at, id)],
  ];
  const startedAt = performance.now();
  for (let from = 1; from <= TASKS; from += PER_COMMIT) {
    for (const stage of stages) {
      database.transaction(() => {
        for (let id = from; id < from + PER_COMMIT; id += 1) stage(id, Date.now());
      })();
    }
  }
  return performance.now() - startedAt;
}
