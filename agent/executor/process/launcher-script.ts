import { type NotStarted, notStarted, type RunRequest } from '../executor.ts';
import { quoteArgv } from './quote.ts';

/**
 * What a launcher runs first, with a notice of its own. TERM to its group is for the command; the launcher notes it,
 * so that a command that is only about to start ends as well, and goes on to store the exit code.
 */
export const LAUNCHER_PRELUDE = `trap : HUP INT; trap '_scitq_term=1' TERM; echo 0 0\n`;

/**
 * The shell text that runs one command. The braces make it one command of the shell, which reads it whole before it
 * runs any of it: cut off by the agent's death, it is a syntax error and nothing runs.
 *
 * `set -C` makes the empty exit file fail if it exists, which ends the launcher: no command starts twice in a folder.
 * The exit code is stored before the notice is written, since writing to a pipe that nobody reads any more kills.
 */
export function launcherScript(request: RunRequest): string {
  const environment = Object.entries(request.env).map(([name, value]) => `${name}=${quoteArgv([value])}`);
  const exported = environment.length === 0 ? '' : `export ${environment.join(' ')}; `;
  return `{ _scitq_dir=${quoteArgv([request.folder])}
set -C; : >"$_scitq_dir/exit" || exit; set +C
( [ -z "$_scitq_term" ] || exit 143; cd ${quoteArgv([request.cwd ?? '/'])} || exit 126; ${exported}exec ${quoteArgv(request.command)}
) </dev/null >"$_scitq_dir/stdout" 2>"$_scitq_dir/stderr"
_scitq_code=$?
echo $_scitq_code >"$_scitq_dir/exit"
_scitq_term=
echo ${request.executionId} $_scitq_code
}
`;
}

/** Shells refuse to set these, and would end. */
const SHELL_OWNED = new Set(['BASHOPTS', 'BASH_VERSINFO', 'EUID', 'OPTIND', 'PPID', 'SHELLOPTS', 'UID']);

/** Linux takes no longer argument or environment variable, in bytes. */
const LONGEST_WORD = 131_071;

/** Why this command can never start as a process; undefined if it can. */
export function commandProblem(request: RunRequest): NotStarted | undefined {
  const [name] = request.command;
  if (name === undefined || name === '') return problem('The command is empty. Give the program to run.');
  if (name.startsWith('-')) {
    return problem(`The command begins with "${name}", which looks like an option. Give the program to run first.`);
  }
  if (request.cwd !== undefined && !request.cwd.startsWith('/')) {
    return problem(`The working folder "${request.cwd}" is not an absolute path.`);
  }
  for (const word of [...request.command, request.cwd ?? '']) {
    if (word.includes('\0')) return problem('The command contains a NUL character, which no program can be given.');
    if (isTooLong(word)) return problem(`${tooLong('An argument of the command', word)} Put it in an input file.`);
  }
  for (const [variable, value] of Object.entries(request.env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
      return problem(`"${variable}" can't name an environment variable: use letters, digits and _.`);
    }
    if (SHELL_OWNED.has(variable)) {
      return problem(
        `The environment variable ${variable} belongs to the shell and can't be set. Choose another name.`,
      );
    }
    if (value.includes('\0')) return problem(`The environment variable ${variable} contains a NUL character.`);
    if (isTooLong(value)) return problem(tooLong(`The environment variable ${variable}`, value));
  }
  return undefined;
}

function problem(message: string): NotStarted {
  return notStarted('command', message);
}

function isTooLong(word: string): boolean {
  return word.length > LONGEST_WORD / 3 && Buffer.byteLength(word) > LONGEST_WORD;
}

function tooLong(what: string, word: string): string {
  return `${what} is ${Buffer.byteLength(word)} bytes long; the system takes at most ${LONGEST_WORD}.`;
}
