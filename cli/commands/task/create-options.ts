import type { Command } from 'commander';
import { usageError } from '../../errors.ts';
import { collect, collectCommas, collectEnvironment, seconds, wholeNumber } from '../../option-values.ts';
import { commandOf } from './command-words.ts';
import type { TaskInput } from './task-input.ts';

export interface CreateOptions {
  command?: string;
  shell?: string;
  container?: string;
  containerOptions?: string;
  input?: string[];
  resource?: string[];
  output?: string;
  dependency?: string[];
  after?: string[];
  batch?: string;
  name?: string;
  priority?: number;
  retry?: number;
  downloadTimeout?: number;
  runTimeout?: number;
  uploadTimeout?: number;
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  wait?: true;
  follow?: true;
  progress?: true;
  dryRun?: true;
  fromFile?: string;
}

const GREATEST_ID = 4_294_967_294;

export function addCreateOptions(command: Command): Command {
  return command
    .argument('[words...]', 'the command and its arguments, as they are; -- before them if they begin with a dash')
    .optionsGroup('What it runs:')
    .option('--command <text>', 'the command in one text, split into words as a shell would')
    .option('--shell <shell>', 'run the text with this shell, sh, bash or python for instance')
    .option('--container <image>', 'in a container of this image')
    .option('--container-options <options>', 'more options for the container')
    .option('--env <name=value>', 'set an environment variable; may be repeated', collectEnvironment)
    .option('--uid <id>', 'as this user', wholeNumber(0, GREATEST_ID))
    .option('--gid <id>', 'as this group', wholeNumber(0, GREATEST_ID))
    .optionsGroup('What it needs and leaves:')
    .option('--input <uri>', 'a file or folder of its own, found in $INPUT; may be repeated', collect)
    .option('--resource <uri>', 'one shared between tasks, found in $RESOURCE; may be repeated', collect)
    .option('--output <uri>', 'the folder where what it leaves in $OUTPUT is put')
    .optionsGroup('When it runs:')
    .option('--batch <name>', 'in this batch; the first task makes it (Default)')
    .option('--name <name>', 'a name to find it by')
    .option('--priority <n>', 'before tasks with a lower one (0)', wholeNumber(-1_000_000, 1_000_000))
    .option('--dependency <ids>', 'after these have succeeded; may be repeated', collectCommas)
    .option('--after <ids>', 'after these have ended, well or badly; may be repeated', collectCommas)
    .option('--retry <n>', 'so many times again if it fails (0)', wholeNumber(0, 1_000))
    .option('--download-timeout <time>', 'at most so long for its inputs: seconds, 15m, 2h', seconds)
    .option('--run-timeout <time>', 'at most so long for its command', seconds)
    .option('--upload-timeout <time>', 'at most so long for its output', seconds)
    .optionsGroup('How it is queued:')
    .option('--from-file <file>', 'queue a task for each line of JSON in the file (- is standard input)')
    .option('--wait', 'wait until it has ended; exit with 1 if it failed')
    .option('--follow', 'print what it prints until it has ended; exit with 1 if it failed')
    .option('--progress', 'with --wait, show how far the tasks are')
    .option('--dry-run', 'print what would be queued, and queue nothing');
}

/** The settings of a task that do not depend on what else is queued; only what was given. */
export function settingsFrom(options: CreateOptions): Omit<TaskInput, 'command' | 'dependency' | 'after'> {
  const { container, containerOptions, env, uid, gid, input, resource, output, name, priority, retry } = options;
  const { downloadTimeout, runTimeout, uploadTimeout } = options;
  if (containerOptions !== undefined && container === undefined) {
    throw usageError(
      '--container-options without --container has nothing to act on',
      'Name the image with --container',
    );
  }
  return {
    ...(name !== undefined && { name }),
    ...(container !== undefined && { container }),
    ...(containerOptions !== undefined && { containerOptions }),
    ...(input !== undefined && { input }),
    ...(resource !== undefined && { resource }),
    ...(output !== undefined && { output }),
    ...(env !== undefined && { env }),
    ...(priority !== undefined && { priority }),
    ...(retry !== undefined && { retry }),
    ...(downloadTimeout !== undefined && { downloadTimeout }),
    ...(runTimeout !== undefined && { runTimeout }),
    ...(uploadTimeout !== undefined && { uploadTimeout }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
}

/** The one task that a command line describes. An image may bring its own command. @throws CliError (USAGE). */
export function taskFrom(options: CreateOptions, words: readonly string[]): TaskInput {
  const settings = settingsFrom(options);
  const imageDecides = options.container !== undefined && options.command === undefined && words.length === 0;
  if (imageDecides) return { command: [], ...settings };
  return { ...commandOf({ command: options.command, shell: options.shell, words }), ...settings };
}

/** What lines of a file take from the command line. @throws CliError (USAGE) for what only one task can have. */
export function defaultsForLines(options: CreateOptions, words: readonly string[]): Partial<TaskInput> | undefined {
  const single = [
    ...(options.command !== undefined || words.length > 0 ? ['a command'] : []),
    ...(options.name !== undefined ? ['--name'] : []),
    ...(options.follow === true ? ['--follow'] : []),
  ];
  const [first] = single;
  if (first !== undefined) {
    throw usageError(
      `${first} is for one task, and --from-file queues many`,
      'Put it into the lines of the file, or leave it out',
    );
  }
  const { shell } = options;
  const defaults: Partial<TaskInput> = { ...settingsFrom(options), ...(shell !== undefined && { shell }) };
  return Object.keys(defaults).length > 0 ? defaults : undefined;
}
