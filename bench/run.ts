// Measures the system against plain references on the same machine and prints one table. README.md says how to read it.
//
//     npm run bench                           everything, some minutes
//     npm run bench -- --only latency,memory  some of it
//     npm run bench -- --json table.json      also as JSON
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, isMet, type Measure } from './frame/figure.ts';
import { tableOf } from './frame/table.ts';
import { commandLine } from './measures/command-line.ts';
import { latency } from './measures/latency.ts';
import { memory } from './measures/memory.ts';
import { noOpLife } from './measures/no-op-life.ts';
import { realProcess } from './measures/real-process.ts';
import { submit } from './measures/submit.ts';

const MEASURES: readonly Measure[] = [submit, noOpLife, realProcess, latency, commandLine, memory];

const { values: options } = parseArgs({ options: { json: { type: 'string' }, only: { type: 'string' } } });
const chosen = chooseMeasures(options.only);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  loadBefore: loadavg()[0] ?? 0,
};
const figures: Figure[] = [];
for (const measure of chosen) {
  process.stderr.write(`measuring ${measure.name}…\n`);
  figures.push(...(await measure.run()));
}
console.log(tableOf(figures));
console.log(
  `\nNode ${machine.node}, ${machine.cores} cores (${machine.cpu}), load before ${machine.loadBefore.toFixed(1)}`,
);
if (options.json !== undefined) {
  const table = { machine, figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })) };
  await writeFile(options.json, `${JSON.stringify(table, null, 2)}\n`);
}

function chooseMeasures(names: string | undefined): readonly Measure[] {
  if (names === undefined) return MEASURES;
  const wanted = names.split(',');
  const unknown = wanted.find((name) => !MEASURES.some((measure) => measure.name === name));
  if (unknown === undefined) return MEASURES.filter(({ name }) => wanted.includes(name));
  process.stderr.write(
    `There is no measure "${unknown}". There are: ${MEASURES.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exit(2);
}
