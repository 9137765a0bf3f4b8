/**
 * Test program: an agent that does nothing but run commands and remember them. Killed at any moment and started again,
 * it goes on until all have ended. Each command adds its number to the file `lines` and ends with `number % 7`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openJournal } from '#agent/outbox/journal.ts';
import { type Handle, handleSchema, type RunRequest } from '../executor.ts';
import { makeProcessExecutor } from './process-executor.ts';

const executionId = z.int().brand<'ExecutionId'>();
const folder = z.string().parse(process.argv[2]);
const count = z.coerce.number().parse(process.argv[3]);
const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('handle'), id: z.number(), handle: handleSchema }),
  z.object({ kind: z.literal('ended'), id: z.number(), exit: z.unknown() }),
]);

const { journal, records } = await openJournal({
  path: join(folder, 'journal'),
  parse: (value) => record.parse(value),
});
const handles = new Map<number, Handle>();
const ended = new Set<number>();
for (const known of records) {
  if (known.kind === 'handle') handles.set(known.id, known.handle);
  else ended.add(known.id);
}
const todo = Array.from({ length: count }, (_, index) => index + 1).filter((id) => !ended.has(id));
const executor = makeProcessExecutor(process.env);

async function live(id: number): Promise<void> {
  const own = join(folder, 'executions', String(id));
  await mkdir(own, { recursive: true });
  const request: RunRequest = {
    executionId: executionId.parse(id),
    folder: own,
    command: ['sh', '-c', `echo ${id} >>../../lines; sleep 0.0$((${id} % 6)); echo out; exit $((${id} % 7))`],
    cwd: own,
    env: {},
  };
  const handle = handles.get(id);
  const found = handle === undefined ? { kind: 'never-started' } : await executor.recover(request, handle);
  const started =
    'ended' in found
      ? found
      : await executor.start(request, (handle) => journal.append({ kind: 'handle', id, handle }));
  const exit = started.kind === 'running' ? await started.ended : started;
  await journal.append({ kind: 'ended', id, exit });
}

process.stdout.write('running\n');
const known = todo.filter((id) => handles.has(id));
const fresh = todo.filter((id) => !handles.has(id));
const all = [...known, ...fresh];
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (let id = all.shift(); id !== undefined; id = all.shift()) await live(id);
  }),
);
await executor.close();
await journal.close();
