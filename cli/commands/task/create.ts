import { Command } from 'commander';
import { quoteWords } from '#core/task/command.ts';
import type { TaskId } from '#core/task/ids.ts';
import { EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import type { CreateOptions } from './create-options.ts';
import { addCreateOptions, taskFrom } from './create-options.ts';
import { printTask } from './output.ts';
import { resolveReferences } from './references.ts';
import type { TaskInput } from './task-input.ts';
import { reportEnd, waitForTasks, waitVisibly } from './wait-for-tasks.ts';

export function taskCreateCommand(): Command {
  const command = addCreateOptions(new Command('create').description('queue a task, or many from a file'))
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nExamples:\n  scitq task create -- echo hello\n  scitq task create --container ubuntu --shell sh --command \'zcat "$INPUT"/*.gz | wc -l\' \\\n      --input file:///lab/reads/liver.fastq.gz --output file:///lab/counts/liver/ --retry 2\n  scitq task create --from-file tasks.jsonl --batch assembly --wait --progress\n\nA line of such a file: {"command":["wc","-l"],"name":"liver","input":["file:///lab/liver.txt"],"retry":2}\n',
    );
  return setAction<CreateOptions>(addGlobalOptions(command), createTasks);
}

async function createTasks(session: Session, options: CreateOptions, words: string[]): Promise<number> {
  if (options.fromFile !== undefined) {
    const { createFromFile } = await import('./create-from-file.ts');
    return createFromFile(session, options.fromFile, options, words);
  }
  return createOne(session, options, words);
}

async function createOne(session: Session, options: CreateOptions, words: readonly string[]): Promise<number> {
  const plain = taskFrom(options, words);
  if (options.dryRun === true) {
    const { dependency, after } = options;
    const task = { ...plain, ...(dependency && { dependency }), ...(after && { after }) };
    session.output.result({ sentence: describe(plain, options.batch), value: task, ids: [] });
    return EXIT.done;
  }
  const task: TaskInput = { ...plain, ...(await waitsFor(session, options)) };
  const api = await session.api();
  const { first, count } = await api.task.submit.mutate({ batch: options.batch, tasks: [task] });
  if (options.follow === true) return followToEnd(session, first);
  const { output } = session;
  const queued = { sentence: `task ${first} queued`, value: { first, count }, ids: [first] };
  if (options.wait !== true) {
    output.result(queued);
    return EXIT.done;
  }
  output.note(queued.sentence);
  return reportEnd(output, await waitVisibly(session, { ids: [first] }, options.progress === true), queued.value);
}

async function waitsFor(session: Session, options: CreateOptions): Promise<Pick<TaskInput, 'dependency' | 'after'>> {
  const { dependency, after, batch } = options;
  return {
    ...(dependency && { dependency: await resolveReferences(session, dependency, batch) }),
    ...(after && { after: await resolveReferences(session, after, batch) }),
  };
}

/** Prints what the task prints, the last attempt's too if it is retried, and returns 1 if it failed. */
async function followToEnd(session: Session, id: TaskId): Promise<number> {
  const api = await session.api();
  await printTask(session, id, ['stdout', 'stderr'], { follow: true });
  const end = await waitForTasks(api, { ids: [id] }, { timeout: session.options.timeout });
  const { S: succeeded, X: canceled } = end.counts;
  if (succeeded === 1) return EXIT.done;
  const [failed = id] = end.failed;
  const { message } = await api.task.show.query({ id: failed });
  session.output.note(
    canceled === 1 ? `task ${id} was canceled` : `task ${failed} failed: ${message ?? 'no reason is known'}`,
  );
  return EXIT.refused;
}

function describe(task: TaskInput, batch: string | undefined): string {
  const { command, shell, ...settings } = task;
  const line =
    typeof command === 'string'
      ? quoteWords([...(shell === undefined ? [] : [shell, '-c']), command])
      : quoteWords(command);
  const more = Object.entries(settings).map(
    ([name, value]) => `  ${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return [`would queue in batch ${batch ?? 'Default'}: ${line}`, ...more].join('\n');
}
