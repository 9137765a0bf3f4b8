import type { Command } from 'commander';
import { CommanderError } from 'commander';
import type { CliErrorReport } from './errors.ts';
import { CliError, EXIT, exitCodeOf, usageError } from './errors.ts';
import { makeOutput } from './output/select-output.ts';

/**
 * Runs a program's command line to its end and returns the exit code. Every error that a command can meet is printed
 * here, once, in the form that was asked for.
 */
export async function runProgram(program: Command, words: readonly string[]): Promise<number> {
  stopWhenNobodyReads();
  prepare(program);
  try {
    await program.parseAsync([...words], { from: 'user' });
    return typeof process.exitCode === 'number' ? process.exitCode : EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    const report = await reportOf(error);
    const json = words.slice(0, words.includes('--') ? words.indexOf('--') : undefined).includes('--json');
    makeOutput(json ? 'json' : 'table', {
      program: program.name(),
      stdout: process.stdout,
      stderr: process.stderr,
      header: true,
      long: false,
      colour: false,
      now: Date.now,
    }).error(report);
    return exitCodeOf(report.code);
  }
}

/** `scitq task list | head` ends when head does; that is no error. */
function stopWhenNobodyReads(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.done);
    throw error;
  });
}

/** Makes commander throw instead of printing and exiting, with the command that was misused. */
function prepare(command: Command, path = command.name()): void {
  command
    .exitOverride((error) => {
      throw isHelp(error) ? error : usageReport(error, path);
    })
    .configureOutput({ writeErr: writeHelpOnly, getErrHelpWidth: () => process.stderr.columns ?? 100 })
    .configureHelp({ subcommandTerm: (child) => child.name() });
  for (const child of command.commands) prepare(child, `${path} ${child.name()}`);
}

/** Commander writes errors itself before it throws them; here they are thrown alone. Help for want of an action stays. */
function writeHelpOnly(text: string): void {
  if (!text.startsWith('error:')) process.stderr.write(text);
}

function isHelp(error: CommanderError): boolean {
  return ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code);
}

async function reportOf(error: unknown): Promise<CliErrorReport> {
  if (error instanceof CliError) return error.report;
  const { toScitqError } = await import('#client/error.ts');
  const { report } = toScitqError(error);
  if (report.code !== 'INTERNAL') return report;
  if (process.env.SCITQ_DEBUG) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return { ...report, hint: report.hint ?? 'This should not happen: set SCITQ_DEBUG=1 to see where, and report it' };
}

/** Commander's `error: unknown command 'tsk'\n(Did you mean task?)` in our form. */
function usageReport(error: CommanderError, path: string): CliError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.*)\?\)/.exec(rest.join(' '))?.[1];
  return usageError(first.trim(), suggestion === undefined ? `See \`${path} --help\`` : `Did you mean ${suggestion}?`);
}
