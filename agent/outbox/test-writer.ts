/** Test program: adds numbered reports for ever and prints the number of each one that is flushed, until killed. */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import { openOutbox } from './outbox.ts';

const { outbox } = await openOutbox({
  folder: z.string().parse(process.argv[2]),
  parse: (value) => z.object({ n: z.number() }).parse(value),
  maxPending: 1_000_000,
  bootId: 'the same',
  compactAt: 20_000,
});

for (let turn = 0; ; turn++) {
  const last = Array.from({ length: 1 + (turn % 7) }, () => outbox.add({ n: outbox.nextSeq })).at(-1) ?? 0;
  await outbox.flushed();
  writeSync(1, `${last}\n`);
  if (turn % 5 === 0) outbox.acknowledged(Math.max(0, last - 50));
}
