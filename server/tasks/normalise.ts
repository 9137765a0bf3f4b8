import { ScitqError } from '#core/contract/errors.ts';
import type { NewTask, TaskSettings } from '#core/contract/task.ts';
import { MAX_COMMAND_BYTES } from '#core/contract/task.ts';
import { quoteWords, splitWords } from '#core/task/command.ts';

/**
 * The command of a submitted task as one quoted line. Throws INVALID, with `taskIndex`, when it is empty, cannot be
 * split into words, or is longer than an operating system would start.
 */
export function commandOf(task: NewTask, taskIndex: number): string {
  const words = wordsOf(task, taskIndex);
  if (words.length === 0 && task.container === undefined) {
    throw new ScitqError('INVALID', 'The command is empty.', {
      hint: 'Give what the task should run, for instance: echo hello',
      taskIndex,
    });
  }
  if (words.length > 0 && words[0] === '') {
    throw new ScitqError('INVALID', 'The first word of the command, the program to run, is empty.', { taskIndex });
  }
  const line = quoteWords(words);
  if (Buffer.byteLength(line) > MAX_COMMAND_BYTES) {
    throw new ScitqError(
      'TOO_LARGE',
      `The command has ${Buffer.byteLength(line)} bytes; ${MAX_COMMAND_BYTES} is the most.`,
      {
        hint: 'Put it in a script, give the script as an input, and run that.',
        taskIndex,
      },
    );
  }
  return line;
}

function wordsOf(task: NewTask, taskIndex: number): readonly string[] {
  const { command, shell } = task;
  if (shell !== undefined) {
    const script = typeof command === 'string' ? command : quoteWords(command);
    return script.trim() === '' ? [] : [shell, '-c', script];
  }
  if (typeof command !== 'string') return command;
  const split = splitWords(command);
  if (split.ok) return split.words;
  throw new ScitqError('INVALID', `The command cannot be split into words: ${split.message}.`, {
    hint: 'Close the quote, or give the command as a JSON list of words.',
    taskIndex,
  });
}

const SETTING_NAMES = [
  'container',
  'containerOptions',
  'input',
  'resource',
  'output',
  'env',
  'downloadTimeout',
  'runTimeout',
  'uploadTimeout',
  'uid',
  'gid',
] as const satisfies (keyof TaskSettings)[];

/** JSON of the task's settings, null when it has none, which is what most small tasks have. */
export function settingsOf(task: NewTask): string | null {
  const given = SETTING_NAMES.filter((name) => task[name] !== undefined);
  if (given.length === 0) return null;
  return JSON.stringify(Object.fromEntries(given.map((name) => [name, task[name]])));
}
