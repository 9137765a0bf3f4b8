import { Command, InvalidArgumentError } from 'commander';
import { quoteWords } from '#core/task/command.ts';
import { VERSION } from '#core/version.ts';
import { commandFromWords } from '../commands/task/command-words.ts';
import type { TaskInput } from '../commands/task/task-input.ts';
import { EXIT, usageError } from '../errors.ts';
import { seconds, wholeNumber } from '../option-values.ts';
import type { Session } from '../session.ts';
import { setAction } from '../session.ts';

interface LaunchOptions {
  batch?: string;
  docker?: string;
  input?: string[];
  resource?: string[];
  output?: string;
  option?: string;
  uid?: number;
  gid?: number;
  name?: string;
  requirements?: number[];
  retry?: number;
  runTimeout?: number;
  downloadTimeout?: number;
  test?: true;
}

const GREATEST_ID = 4_294_967_294;

/** `scitq-launch`, the first generation's way to queue one task. The first word that is no option begins the command. */
export function makeLaunchProgram(): Command {
  const program = new Command('scitq-launch')
    .description('Queue a task.')
    .usage('[options] [--] command args…')
    .version(VERSION, '-V, --version', 'print the version')
    .argument('[words...]', 'the command and its arguments, kept as they are')
    .option('-b, --batch <name>', 'the batch of the task (Default)')
    .option('-d, --docker <image>', 'run it in a container of this image')
    .option(
      '-i, --input <uris>',
      'files it needs, found in $INPUT (/input in a container); may be repeated',
      collectWords,
    )
    .option(
      '-r, --resource <uris>',
      'files shared between tasks, in $RESOURCE (/resource); may be repeated',
      collectWords,
    )
    .option('-o, --output <uri>', 'the folder where what it leaves in $OUTPUT (/output) is put')
    .option('-O, --option <options>', 'more options for docker, in one text')
    .option('-u, --uid <uid>', 'run it as this user', wholeNumber(0, GREATEST_ID))
    .option('-g, --gid <gid>', 'run it as this group', wholeNumber(0, GREATEST_ID))
    .option('-s, --server <address>', 'the server (else SCITQ_SERVER, else the one on this machine)')
    .option('-n, --name <name>', 'a name to find the task by')
    .option('-R, --requirements <ids>', 'tasks that must have succeeded first; may be repeated', collectIds)
    .option('--retry <n>', 'so many times again if it fails', wholeNumber(0, 1_000))
    .option('--run-timeout <seconds>', 'stop its command after so long', seconds)
    .option('--download-timeout <seconds>', 'give its inputs at most so long', seconds)
    .option('-t, --test', 'print the task, launch nothing')
    .passThroughOptions()
    .addHelpText(
      'after',
      `
The arguments reach the worker as your shell passed them. Without a shell nothing is expanded there:
scitq-launch 'echo $CPU' prints the text $CPU, scitq-launch sh -c 'echo $CPU' prints a number.

Examples:
  scitq-launch -b mybatch mycommand --myoption myarg
  scitq-launch -i file:///lab/reads.fq.gz -d ubuntu:latest sh -c 'zcat /input/*.f*q.gz | wc -l'
`,
    );
  return setAction<LaunchOptions>(program, launch);
}

async function launch(session: Session, options: LaunchOptions, words: string[]): Promise<number> {
  const task = taskFrom(options, words);
  if (options.test === true) {
    session.output.result({ sentence: describe(task, options.batch), value: task, ids: [] });
    return EXIT.done;
  }
  const api = await session.api();
  const { first } = await api.task.submit.mutate({ batch: options.batch, tasks: [task] });
  session.output.result({ sentence: `Task queued with task id: ${first}`, value: { task_id: first }, ids: [first] });
  return EXIT.done;
}

/** The task that a command line of the first generation describes. @throws CliError (USAGE). */
export function taskFrom(options: LaunchOptions, words: readonly string[]): TaskInput {
  const { docker, option, input, resource, output, uid, gid, name, requirements, retry } = options;
  const { runTimeout, downloadTimeout } = options;
  if (option !== undefined && docker === undefined) {
    throw usageError(
      'docker options (-O) without a docker image (-d) have nothing to act on',
      'Name the image with -d',
    );
  }
  // An image may bring a command of its own.
  const command = docker !== undefined && words.length === 0 ? [] : commandFromWords(words);
  return {
    command,
    ...(name !== undefined && { name }),
    ...(docker !== undefined && { container: docker }),
    ...(option !== undefined && { containerOptions: option }),
    ...(input !== undefined && { input }),
    ...(resource !== undefined && { resource }),
    ...(output !== undefined && { output }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    ...(requirements !== undefined && { dependency: requirements }),
    ...(retry !== undefined && { retry }),
    ...(runTimeout !== undefined && { runTimeout }),
    ...(downloadTimeout !== undefined && { downloadTimeout }),
  };
}

/** What the first generation called a task's fields, where it called them otherwise. */
const FIRST_GENERATION: Readonly<Record<string, string>> = {
  containerOptions: 'container_options',
  dependency: 'required_task_ids',
  runTimeout: 'run_timeout',
  downloadTimeout: 'download_timeout',
};

function describe(task: TaskInput, batch: string | undefined): string {
  const { command, ...settings } = task;
  const line = typeof command === 'string' ? command : quoteWords(command);
  const more = Object.entries({ batch: batch ?? 'Default', ...settings }).map(
    ([name, value]) => `${FIRST_GENERATION[name] ?? name}: ${Array.isArray(value) ? value.join(' ') : String(value)}`,
  );
  return [`Command that would be sent: ${line}`, ...more].join('\n');
}

/** One URI, or several separated by blanks, as the first generation took them. */
function collectWords(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(/\s+/).filter((word) => word !== '')];
}

function collectIds(text: string, before: number[] | undefined): number[] {
  const ids = text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(Number);
  if (ids.some((id) => !Number.isSafeInteger(id) || id < 1)) {
    throw new InvalidArgumentError('It must be ids of tasks, separated by commas or blanks.');
  }
  return [...(before ?? []), ...ids];
}
