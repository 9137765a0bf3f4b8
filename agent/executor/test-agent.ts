/**
 * Test program: an agent that does nothing but run commands and remember them. Killed at any moment and started again,
 * it goes on until all have ended. Each command adds its number to the file `lines` and ends with `number % 7`.
 *
 *     node test-agent.ts FOLDER process|docker COUNT
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openJournal } from '#agent/outbox/journal.ts';
import { ExecutionId } from '#core/contract/ids.ts';
import { makeDockerExecutor } from './docker/docker-executor.ts';
import { type Executor, type Handle, handleSchema, type RunRequest } from './executor.ts';
import { makeProcessExecutor } from './process/process-executor.ts';

const [, , folder, kind, count] = z
  .tuple([z.string(), z.string(), z.string(), z.enum(['process', 'docker']), z.coerce.number()])
  .parse(process.argv);
const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('handle'), id: z.number(), handle: handleSchema }),
  z.object({ kind: z.literal('ended'), id: z.number(), exit: z.unknown() }),
]);

const executor: Executor =
  kind === 'process' ? makeProcessExecutor(process.env) : makeDockerExecutor({ agentId: `test-kill-${process.ppid}` });
const { journal, records } = await openJournal({
  path: join(folder, 'journal'),
  parse: (value) => stored.parse(value),
});
const handles = new Map<number, Handle>();
const ended = new Set<number>();
for (const record of records) {
  if (record.kind === 'handle') handles.set(record.id, record.handle);
  else ended.add(record.id);
}

async function requestOf(id: number): Promise<RunRequest> {
  const own = join(folder, 'executions', String(id));
  await mkdir(own, { recursive: true });
  return {
    executionId: ExecutionId.parse(id),
    folder: own,
    command: ['sh', '-c', `echo ${id} >>"$SHARED/lines"; sleep 0.1${id % 6}; echo out; exit ${id % 7}`],
    env: { SHARED: kind === 'process' ? folder : '/shared' },
    container: {
      image: 'alpine',
      options: ['--network', 'none'],
      binds: [{ host: folder, container: '/shared', readonly: false }],
    },
  };
}

async function live(id: number): Promise<void> {
  const request = await requestOf(id);
  const known = handles.get(id);
  const found = known === undefined ? { kind: 'never-started' as const } : await executor.recover(request, known);
  const started =
    found.kind === 'running'
      ? found
      : await executor.start(request, (handle) => journal.append({ kind: 'handle', id, handle }));
  const exit = started.kind === 'running' ? await started.ended : started;
  await journal.append({ kind: 'ended', id, exit });
}

process.stdout.write('running\n');
const todo = Array.from({ length: count }, (_, index) => index + 1).filter((id) => !ended.has(id));
todo.sort((a, b) => Number(handles.has(b)) - Number(handles.has(a)));
await Promise.all(
  Array.from({ length: 8 }, async () => {
    for (let id = todo.shift(); id !== undefined; id = todo.shift()) await live(id);
  }),
);
await executor.close();
await journal.close();
