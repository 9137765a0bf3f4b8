import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { EXIT, usageError } from '../../errors.ts';
import type { Session } from '../../session.ts';
import type { CreateOptions } from './create-options.ts';
import { defaultsForLines } from './create-options.ts';
import { JsonLines } from './json-lines.ts';
import { resolveReferences } from './references.ts';
import { submitFile } from './submit-file.ts';
import type { TaskInput } from './task-input.ts';
import { reportEnd, waitVisibly } from './wait-for-tasks.ts';

const TASKS_PER_PART = 2_500;
const BYTES_PER_PART = 4_194_304;

/** Queues a task for each line of a file (`-` is standard input), all or none. */
export async function createFromFile(
  session: Session,
  file: string,
  options: CreateOptions,
  words: readonly string[],
): Promise<number> {
  const name = file === '-' ? 'standard input' : file;
  const defaults = await lineDefaults(session, options, words);
  const lines = new JsonLines({ name, tasksPerPart: TASKS_PER_PART, bytesPerPart: BYTES_PER_PART, ...defaults });
  const source = await openSource(session, file);
  if (options.dryRun === true) return checkOnly(session, lines, source, options.batch);
  const api = await session.api();
  const counter = sentCounter(session);
  const queued = await submitFile(api, lines, source, { name, batch: options.batch, onSent: counter.show }).finally(
    counter.clear,
  );
  const { first, count } = queued;
  const { output } = session;
  const sentence = count === 1 ? `task ${first} queued` : `${count} tasks queued, ${first} to ${first + count - 1}`;
  if (options.wait !== true) {
    output.result({ sentence, value: queued, ids: idsFrom(first, count) });
    return EXIT.done;
  }
  output.note(sentence);
  return reportEnd(output, await waitVisibly(session, { from: queued }, options.progress === true), queued);
}

async function lineDefaults(
  session: Session,
  options: CreateOptions,
  words: readonly string[],
): Promise<{ defaults?: Partial<TaskInput> }> {
  const plain = defaultsForLines(options, words);
  const { dependency, after, batch } = options;
  if (plain === undefined && dependency === undefined && after === undefined) return {};
  return {
    defaults: {
      ...plain,
      ...(dependency && { dependency: await resolveReferences(session, dependency, batch) }),
      ...(after && { after: await resolveReferences(session, after, batch) }),
    },
  };
}

async function openSource(session: Session, file: string): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') {
    if (process.stdin.isTTY)
      session.output.note('reading tasks from the keyboard, a line of JSON each; Ctrl-D ends them');
    return process.stdin;
  }
  try {
    const handle = await open(file);
    if ((await handle.stat()).isDirectory()) {
      await handle.close();
      throw new Error('it is a folder');
    }
    return createReadStream(file, { fd: handle, highWaterMark: 1_048_576 });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(
      `${file} cannot be read: ${why}`,
      'Name a file with a task in JSON on each line, or - for standard input',
    );
  }
}

/** What can be checked without the server: that every line is JSON and an object. */
async function checkOnly(
  session: Session,
  lines: JsonLines,
  source: AsyncIterable<Uint8Array>,
  batch = 'Default',
): Promise<number> {
  let sample: TaskInput | undefined;
  for await (const part of lines.parts(source)) sample ??= part.tasks[0];
  session.output.result({
    sentence: `would queue ${lines.count} tasks in batch ${batch}${sample === undefined ? '' : `, the first of them ${JSON.stringify(sample)}`}`,
    value: { count: lines.count, first: sample },
    ids: [],
  });
  return EXIT.done;
}

/** On a terminal, how many tasks the server has so far, on one line that is wiped at the end. */
function sentCounter(session: Session): { show: (tasks: number) => void; clear: () => void } {
  if (!session.interactive) return { show: () => {}, clear: () => {} };
  let shown = false;
  return {
    show: (tasks) => {
      shown = true;
      process.stderr.write(`\r${tasks.toLocaleString('en')} tasks sent`);
    },
    clear: () => {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}

function* idsFrom(first: number, count: number): Generator<number> {
  for (let index = 0; index < count; index += 1) yield first + index;
}
