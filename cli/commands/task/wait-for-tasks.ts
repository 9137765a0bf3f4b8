import type { TaskId } from '#core/task/ids.ts';
import { CliError, EXIT } from '../../errors.ts';
import type { Output } from '../../output/output.ts';
import { makeProgressDisplay } from '../../progress/progress-display.ts';
import type { TaskProgress } from '../../progress/progress-line.ts';
import type { Api, Session } from '../../session.ts';

/** The tasks to wait for: ids, a run of ids, or a batch. */
export type Watched = Parameters<Api['task']['watch']['subscribe']>[0];

/** Where a set of tasks stands; `failed` names at most a hundred. */
export interface WatchedTasks extends TaskProgress {
  done: boolean;
  failed: readonly TaskId[];
}

/**
 * Resolves when all of the tasks have ended, retries included; tells how far they are on the way.
 * @throws CliError (TIMEOUT) after `timeout` seconds, the reason of `signal`, and whatever the connection throws.
 */
export async function waitForTasks(
  api: Api,
  watched: Watched,
  options: { timeout?: number | undefined; onProgress?: (progress: WatchedTasks) => void; signal?: AbortSignal },
): Promise<WatchedTasks> {
  options.signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<WatchedTasks>();
  let last: WatchedTasks | undefined;
  const subscription = api.task.watch.subscribe(watched, {
    onData(progress) {
      last = progress;
      options.onProgress?.(progress);
      if (progress.done) resolve(progress);
    },
    onComplete() {
      if (last?.done !== true) reject(new CliError('UNAVAILABLE', 'the server stopped before the tasks had ended'));
    },
    onError: reject,
  });
  const onAbort = () => reject(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => reject(tooLate(last, options.timeout)), options.timeout * 1_000);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', onAbort);
    subscription.unsubscribe();
  }
}

function tooLate(last: WatchedTasks | undefined, timeout = 0): CliError {
  const open = last === undefined ? 'the tasks' : `${last.total - last.ended} of ${last.total} tasks`;
  return new CliError(
    'TIMEOUT',
    `${open} had not ended after ${timeout} s; they go on`,
    'Wait again, or raise --timeout',
  );
}

/**
 * Prints how tasks ended and returns the exit code for it: 1 when any failed or was canceled. `queued` goes with it for
 * programs, when the tasks were queued by the same command.
 */
export function reportEnd(output: Output, end: WatchedTasks, queued?: { first: TaskId; count: number }): number {
  const { counts, total, failed } = end;
  const parts = [
    ...(counts.S > 0 ? [`${counts.S} succeeded`] : []),
    ...(counts.F > 0 ? [`${counts.F} failed (${someIds(failed, counts.F)})`] : []),
    ...(counts.X > 0 ? [`${counts.X} canceled`] : []),
  ];
  output.result({
    sentence: `${total} ${total === 1 ? 'task' : 'tasks'} ended: ${parts.join(', ')}`,
    value: { ...queued, ...end },
    ids: failed,
  });
  const [first] = failed;
  if (first !== undefined)
    output.note(`why: \`scitq task show ${first}\`; what it printed: \`scitq task output ${first}\``);
  return counts.F + counts.X > 0 ? EXIT.refused : EXIT.done;
}

const IDS_SHOWN = 10;

function someIds(ids: readonly TaskId[], count: number): string {
  const shown = ids.slice(0, IDS_SHOWN).join(', ');
  return count > IDS_SHOWN ? `${shown} and ${count - IDS_SHOWN} more` : shown;
}

/** What the session's user sees while tasks run: a display on standard error, or nothing. */
export async function waitVisibly(session: Session, watched: Watched, progress: boolean): Promise<WatchedTasks> {
  const api = await session.api();
  const { timeout } = session.options;
  if (!progress) return waitForTasks(api, watched, { timeout });
  using display = makeProgressDisplay(process.stderr);
  return await waitForTasks(api, watched, { timeout, onProgress: (now) => display.show(now) });
}
