import { toScitqError } from '#client/error.ts';
import type { TaskId } from '#core/task/ids.ts';
import { CliError } from '../../errors.ts';
import type { Api } from '../../session.ts';
import type { JsonLines, TaskPart } from './json-lines.ts';

/** Parts under way at once: enough to keep the server busy while the next one is read. */
const PARTS_IN_FLIGHT = 4;

export interface Submitted {
  first: TaskId;
  count: number;
}

/**
 * Queues all tasks of a file, or none. A file of one part is submitted at once; a longer one is staged part by part
 * and then committed. `onSent` is told how many tasks the server has.
 * @throws CliError that names the line at fault, the earliest of those that were found.
 */
export async function submitFile(
  api: Api,
  lines: JsonLines,
  source: AsyncIterable<Uint8Array>,
  options: { name: string; batch?: string | undefined; onSent?: (tasks: number) => void },
): Promise<Submitted> {
  const refuse = (error: unknown, firstIndex: number) => atLine(error, firstIndex, lines, options.name);
  const parts = lines.parts(source);
  const first = await parts.next();
  if (first.done === true) {
    throw new CliError(
      'INVALID',
      `${options.name} holds no task`,
      'Each line is one task, for instance {"command":"echo hello"}',
    );
  }
  const second = await parts.next();
  const { batch } = options;
  if (second.done === true) {
    return api.task.submit.mutate({ batch, tasks: first.value.tasks }).catch((error) => {
      throw refuse(error, 0).error;
    });
  }
  const submission = crypto.randomUUID();
  const count = await stageAll(api, submission, withFirst([first.value, second.value], parts), refuse, options.onSent);
  return api.task.commit.mutate({ submission, parts: count, batch }).catch((error) => {
    throw refuse(error, 0).error;
  });
}

interface Refusal {
  /** The line at fault; infinite when the failure has none. */
  line: number;
  error: unknown;
}

/** Sends parts, a few at once, and returns how many. After a failure it sends no more and throws the earliest line's. */
async function stageAll(
  api: Api,
  submission: string,
  parts: AsyncIterable<TaskPart>,
  refuse: (error: unknown, firstIndex: number) => Refusal,
  onSent?: (tasks: number) => void,
): Promise<number> {
  const refusals: Refusal[] = [];
  const inFlight = new Set<Promise<void>>();
  let count = 0;
  let sent = 0;
  try {
    for await (const { tasks, firstIndex } of parts) {
      const request = api.task.stage
        .mutate({ submission, part: count, tasks })
        .then(() => {
          sent += tasks.length;
          onSent?.(sent);
        })
        .catch((error: unknown) => {
          refusals.push(refuse(error, firstIndex));
        })
        .finally(() => inFlight.delete(request));
      inFlight.add(request);
      count += 1;
      if (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
      if (refusals.length > 0) break;
    }
  } catch (error) {
    // The reader stops at its first bad line, which lies behind every line that was sent.
    refusals.push({ line: Number.MAX_SAFE_INTEGER, error });
  }
  await Promise.all(inFlight);
  const earliest = refusals.sort((one, other) => one.line - other.line)[0];
  if (earliest !== undefined) throw earliest.error;
  return count;
}

async function* withFirst(first: readonly TaskPart[], rest: AsyncIterable<TaskPart>): AsyncGenerator<TaskPart, void> {
  yield* first;
  yield* rest;
}

/** Puts the line of the file into a refusal that names a task by its position, counted from `firstIndex`. */
function atLine(error: unknown, firstIndex: number, lines: JsonLines, name: string): Refusal {
  const { code, message, hint, taskIndex } = toScitqError(error).report;
  if (taskIndex === undefined) return { line: Number.POSITIVE_INFINITY, error };
  const line = lines.lineOf(firstIndex + taskIndex);
  return { line, error: new CliError(code, `line ${line} of ${name}: ${message} Nothing was queued`, hint) };
}
