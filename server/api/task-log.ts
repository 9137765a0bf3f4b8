import { ScitqError } from '#core/contract/errors.ts';
import type { ExecutionSummary } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { Stream } from '#server/logs/log-files.ts';
import type { System } from '#server/system.ts';

/** A live follower gets pieces of at most this many bytes. */
const PIECE = 65_536;

interface Wanted {
  id: TaskId;
  attempt?: number | undefined;
}

async function executionOf(system: System, { id, attempt }: Wanted): Promise<ExecutionSummary | undefined> {
  const execution = await system.store.read.execution(id, attempt ?? 'latest');
  if (execution !== undefined) return execution;
  const detail = await system.store.read.taskDetail(id);
  if (detail === undefined) {
    throw new ScitqError('UNKNOWN_TASK', `There is no task ${id}.`, {
      hint: '`scitq task list` shows those there are.',
    });
  }
  if (attempt === undefined) return undefined;
  throw new ScitqError('UNKNOWN_EXECUTION', `Task ${id} has no attempt ${attempt}.`, {
    hint: `\`scitq task show ${id}\` lists its attempts.`,
  });
}

/** A piece of what one attempt of a task printed; nothing, and not ended, for a task that has not begun. */
export async function readLog(system: System, wanted: Wanted & { stream: Stream; offset: number; limit: number }) {
  const execution = await executionOf(system, wanted);
  if (execution === undefined) return { data: '', offset: 0, size: 0, ended: false };
  const { data, offset, size } = await system.logs.read(execution.id, wanted.stream, wanted.offset, wanted.limit);
  return { data: data.toString('base64'), offset, size, ended: execution.outcome !== 'open' };
}

/**
 * What an attempt prints, as it comes, both streams; waits for a task that has not begun, and ends when the attempt
 * has ended and all of it is sent. `tail` begins that many bytes before the end.
 */
export async function* followLog(system: System, wanted: Wanted & { tail?: number | undefined }, signal: AbortSignal) {
  const execution = await begun(system, wanted, signal);
  if (execution === undefined) return;
  const { promise: aborted, resolve: abort } = Promise.withResolvers<void>();
  let more = Promise.withResolvers<void>();
  const wake = () => more.resolve();
  const stops = [system.logs.onAppend(execution.id, wake), system.watch.onExecutionEnd(execution.id, wake)];
  signal.addEventListener('abort', () => abort(), { once: true });
  try {
    const at = {
      stdout: await startOf(system, execution, 'stdout', wanted.tail),
      stderr: await startOf(system, execution, 'stderr', wanted.tail),
    };
    while (!signal.aborted) {
      const ended = !system.openExecutions.has(execution.id);
      more = Promise.withResolvers<void>();
      let sent = 0;
      for (const stream of ['stdout', 'stderr'] as const) {
        const { data, offset } = await system.logs.read(execution.id, stream, at[stream], PIECE);
        if (data.length === 0) continue;
        at[stream] = offset + data.length;
        sent += data.length;
        yield { stream, offset, data: data.toString('base64') };
      }
      if (sent > 0) continue;
      if (ended) return;
      if (system.openExecutions.has(execution.id)) await Promise.race([more.promise, aborted]);
    }
  } finally {
    for (const stop of stops) stop();
  }
}

async function startOf(
  system: System,
  execution: ExecutionSummary,
  stream: Stream,
  tail: number | undefined,
): Promise<number> {
  if (tail === undefined) return 0;
  return Math.max(0, (await system.logs.size(execution.id, stream)) - tail);
}

async function begun(system: System, wanted: Wanted, signal: AbortSignal): Promise<ExecutionSummary | undefined> {
  const now = await executionOf(system, wanted);
  if (now !== undefined) return now;
  await system.watch.untilBegun(wanted.id, signal);
  return signal.aborted ? undefined : executionOf(system, wanted);
}
