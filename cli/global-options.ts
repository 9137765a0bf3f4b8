import type { Command } from 'commander';
import { usageError } from './errors.ts';
import { collectCommas, seconds } from './option-values.ts';
import type { OutputMode } from './output/select-output.ts';

/** The options that every action takes, before or after its name. */
export interface GlobalOptions {
  server: string | undefined;
  token: string | undefined;
  /** Seconds that one request may take; undefined: the default. */
  timeout: number | undefined;
  mode: OutputMode;
  header: boolean;
  long: boolean;
  columns: readonly string[] | undefined;
}

/** Seconds that a request may take when `--timeout` says nothing. */
export const DEFAULT_TIMEOUT = 150;

export function addGlobalOptions(command: Command): Command {
  return command
    .optionsGroup('Options of every command:')
    .option('-s, --server <address>', 'the server: host, host:port or a URL (else SCITQ_SERVER, else this machine)')
    .option('--token <token>', 'who you are (else SCITQ_TOKEN, which keeps it out of the list of processes)')
    .option('--timeout <seconds>', `how long to wait for an answer (${DEFAULT_TIMEOUT})`, seconds)
    .option('--json', 'print JSON; errors too')
    .option('--quiet', 'print ids only, one a line')
    .option('-H, --no-header', 'no header over a table')
    .option('-L, --long', 'cut nothing, show more columns')
    .option('--columns <names>', 'the columns of a table to show, separated by commas', collectCommas);
}

/** What was given for them at any level, `scitq --json task list` as well as `scitq task list --json`. */
export function readGlobalOptions(command: Command): GlobalOptions {
  const given = (name: string): unknown => {
    for (let at: Command | null = command; at !== null; at = at.parent) {
      if (at.getOptionValueSource(name) === 'cli') return at.getOptionValue(name);
    }
    return undefined;
  };
  const text = (name: string): string | undefined => {
    const value = given(name);
    return typeof value === 'string' ? value : undefined;
  };
  const timeout = given('timeout');
  const columns = given('columns');
  const json = given('json') === true;
  const quiet = given('quiet') === true;
  if (json && quiet) throw usageError('--json and --quiet ask for two different outputs', 'Leave one of them out');
  return {
    server: text('server'),
    token: text('token'),
    timeout: typeof timeout === 'number' ? timeout : undefined,
    mode: json ? 'json' : quiet ? 'quiet' : 'table',
    header: given('header') !== false,
    long: given('long') === true,
    columns: Array.isArray(columns) ? columns.map(String) : undefined,
  };
}
