import { splitWords } from '#core/task/command.ts';
import { usageError } from '../../errors.ts';
import type { TaskInput } from './task-input.ts';

/**
 * The command that words of a command line stand for. The vector is kept as the shell passed it; a single word that
 * has blanks (`'echo hello'`) is a command in one text, and is split as a shell splits words.
 * @throws CliError (USAGE) for a command that is empty or whose quotes do not close.
 */
export function commandFromWords(words: readonly string[]): string[] {
  const [first, ...rest] = words;
  if (first === undefined || (first === '' && rest.length === 0)) throw noCommand();
  return rest.length === 0 && /\s/.test(first) ? commandFromText(first) : [...words];
}

/** A command in one text, split as a shell splits words; nothing is expanded. @throws CliError (USAGE) as above. */
export function commandFromText(text: string): string[] {
  const split = splitWords(text);
  if (!split.ok) {
    throw usageError(
      `the command cannot be split into words: ${split.message}`,
      'Close the quote, or give the command after --',
    );
  }
  if (split.words.length === 0) throw noCommand();
  return split.words;
}

/** `--command`, or what follows the options, with or without a shell that runs it. */
export function commandOf(given: {
  command?: string | undefined;
  shell?: string | undefined;
  words: readonly string[];
}): Pick<TaskInput, 'command' | 'shell'> {
  const { command, shell, words } = given;
  if (command !== undefined && words.length > 0) {
    throw usageError(`the command was given twice, as --command and as '${words.join(' ')}'`, 'Leave one of them out');
  }
  if (shell === undefined)
    return { command: command === undefined ? commandFromWords(words) : commandFromText(command) };
  if (words.length > 1) {
    throw usageError(
      'with --shell the command is one text, and several words were given',
      `Quote it: --shell ${shell} --command '…'`,
    );
  }
  const text = command ?? words[0] ?? '';
  if (text.trim() === '') throw noCommand();
  return { command: text, shell };
}

function noCommand() {
  return usageError('the command is empty: there is nothing to run', 'Give it at the end, for instance: -- echo hello');
}
