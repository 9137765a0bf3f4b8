import { Command } from 'commander';
import type { TaskId } from '#core/task/ids.ts';
import { EXIT, usageError } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import { wholeNumber } from '../../option-values.ts';
import { writeBytes } from '../../output/bytes-out.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import { followLog } from './log-follow.ts';
import type { LogPiece, Stream } from './log-reader.ts';
import { offsetOfTail, readLog, STREAMS } from './log-reader.ts';
import type { SelectorOptions } from './selected-tasks.ts';
import { addSelector, readSelectors, selectTasks } from './selected-tasks.ts';

interface OutputOptions extends SelectorOptions {
  stdout?: true;
  stderr?: true;
  follow?: true;
  tail?: number;
  attempt?: number;
}

export function taskOutputCommand(): Command {
  const command = addSelector(new Command('output').description('print what tasks printed, byte for byte'))
    .option('--stdout', 'only its standard output')
    .option('--stderr', 'only its standard error')
    .option('-f, --follow', 'go on as it prints more, until it ends')
    .option('--tail <n>', 'only the last n lines of each', wholeNumber(0, 1_000_000_000))
    .option('--attempt <n>', 'of this attempt (else the latest)', wholeNumber(1, 1_000_000))
    .addHelpText(
      'after',
      '\nIts standard output goes to standard output, its standard error to standard error. With --json, a line\nfor each piece: {"id","stream","offset","data"}, the data in base64.\n\nExamples:\n  scitq task output 12 > result.txt\n  scitq task output last --follow\n  scitq task output failed --stderr --tail 5\n',
    );
  return setAction<OutputOptions>(addGlobalOptions(command), printOutput);
}

async function printOutput(session: Session, options: OutputOptions, operands: string[]): Promise<number> {
  const ids = await selectTasks(session, readSelectors(operands, options, 'output'), options.batch);
  const streams = STREAMS.filter((stream) => options[stream] === true);
  if (options.follow === true && ids.length > 1) {
    throw usageError(`--follow follows one task, and ${ids.length} are selected`, 'Name one, for instance `last`');
  }
  for (const id of ids) {
    if (ids.length > 1) session.output.note(`==> task ${id} <==`);
    await printTask(session, id, streams.length === 0 ? STREAMS : streams, options);
  }
  return EXIT.done;
}

/** Prints what one task printed, and with `follow` what it goes on to print. */
export async function printTask(
  session: Session,
  id: TaskId,
  streams: readonly Stream[],
  options: { follow?: true; tail?: number; attempt?: number },
): Promise<void> {
  const api = await session.api();
  const { attempt, tail, follow } = options;
  const from = new Map<Stream, number>();
  for (const stream of streams) {
    from.set(stream, tail === undefined ? 0 : await offsetOfTail(api, { id, attempt, stream }, tail));
  }
  if (follow === true) {
    for await (const piece of followLog(api, { id, attempt, from })) await print(session, id, piece);
    return;
  }
  for (const [stream, offset] of from) {
    for await (const piece of readLog(api, { id, attempt, stream }, offset)) await print(session, id, piece);
  }
}

async function print(session: Session, id: TaskId, piece: LogPiece): Promise<void> {
  if (session.options.mode === 'json') {
    const { stream, offset, data } = piece;
    await writeBytes(
      process.stdout,
      Buffer.from(`${JSON.stringify({ id, stream, offset, data: data.toString('base64') })}\n`),
    );
    return;
  }
  await writeBytes(piece.stream === 'stdout' ? process.stdout : process.stderr, piece.data);
}
