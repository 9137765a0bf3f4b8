import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Measure } from '../frame/figure.ts';
import { insertTasks, nameOf, openPlainDatabase } from '../frame/plain-database.ts';
import { Programs } from '../frame/programs.ts';
import { alternate, median } from '../frame/statistics.ts';

const TASKS = 100_000;
const ROUNDS = 3;

const commandOf = (index: number) => `count-reads --min-quality 20 reads/${nameOf(index)}.fastq.gz`;

/** Queueing many tasks by one command, from a file. */
export const submit: Measure = {
  name: 'submit',
  async run() {
    const { references, measured } = await alternate(ROUNDS, insertPlainly, submitFile);
    const value = TASKS / (median(measured) / 1_000);
    const reference = TASKS / (median(references) / 1_000);
    return [
      {
        what: `submit, durable, ${TASKS.toLocaleString('en')} tasks from a file`,
        value,
        unit: 'tasks/s',
        reference: { what: 'better-sqlite3, same rows and indexes', value: reference, unit: 'rows/s' },
        ratio: value / reference,
        target: { of: 'value', bound: 'least', now: 50_000, later: 100_000 },
        method: `\`scitq task create --from-file\`, from the start of its process to its end, to a fresh server; median of ${ROUNDS}. Reference: durable transactions of 1,000 single-row inserts, without a server.`,
      },
    ];
  },
};

async function submitFile(): Promise<number> {
  await using programs = await Programs.prepare();
  const file = join(programs.folder, 'tasks.jsonl');
  const line = (index: number) => JSON.stringify({ command: commandOf(index).split(' '), name: nameOf(index) });
  await writeFile(file, `${Array.from({ length: TASKS }, (_, index) => line(index)).join('\n')}\n`);
  await programs.startServer();
  // Awaited here: the server goes with this scope.
  return await programs.time(['task', 'create', '--from-file', file]);
}

async function insertPlainly(): Promise<number> {
  await using programs = await Programs.prepare();
  using closing = new DisposableStack();
  const database = closing.adopt(openPlainDatabase(join(programs.folder, 'plain.sqlite')), (opened) => opened.close());
  const startedAt = performance.now();
  insertTasks(database, TASKS, 1_000, commandOf);
  return performance.now() - startedAt;
}
