import { cpus } from 'node:os';
import type { Client } from '#client/connect.ts';
import { connect } from '#client/connect.ts';
import { readLocalServer } from '#client/local.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { WatchedTasks } from '../commands/task/wait-for-tasks.ts';
import { waitForTasks } from '../commands/task/wait-for-tasks.ts';
import { CliError, EXIT } from '../errors.ts';
import { makeProgressDisplay } from '../progress/progress-display.ts';
import type { Session } from '../session.ts';
import { quickstartBatch } from './batch.ts';
import { CommandsToPaste } from './commands-to-paste.ts';
import { prepareFolders } from './folders.ts';
import { Interruption } from './interruption.ts';
import { LocalServer } from './local-server.ts';
import { checkPort } from './port.ts';
import type { Ending } from './report.ts';
import { readOutcome, reportRun } from './report.ts';
import { lockRun } from './run-lock.ts';

export interface QuickstartOptions {
  keep?: true;
  data?: string;
  results?: string;
  port?: number;
}

/** Seconds that the batch may take; it takes a few. */
const BATCH_WITHIN = 120;
/** Seconds from TERM to KILL for a command that runs when the quick start is interrupted. */
const CANCEL_GRACE = 1;
const CANCEL_WITHIN = 3;

/** A server that the quick start may use: one of its own, or one that an earlier run has left. */
interface Usable {
  address: string;
  token: string;
  pid: number;
  own: LocalServer | undefined;
}

/**
 * A first real batch, from nothing to its results. Ends with 0 when the batch went as it should, and leaves no process
 * behind unless it was asked to.
 */
export async function quickstart(session: Session, options: QuickstartOptions): Promise<number> {
  using interruption = new Interruption();
  const { signal } = interruption;
  const folders = await prepareFolders(options);
  await using _lock = await lockRun(folders.data);
  const concurrency = Math.max(2, cpus().length);
  const server = await useServer(session, folders.data, concurrency, options, signal);
  let keep = server.own === undefined;
  try {
    const client = connect({ address: server.address, token: server.token, timeout: BATCH_WITHIN * 1_000 });
    try {
      const end = await runBatch(session, client, folders, server, signal);
      const outcome = await readOutcome(client.api, folders, end);
      keep ||= options.keep === true;
      const ending: Ending = keep ? { kind: 'kept', ...server } : { kind: 'stopped', concurrency };
      const paste = new CommandsToPaste({ cwd: process.cwd(), env: process.env, script: process.argv[1] ?? '' }, folders.data);
      if (!keep) await stop(server);
      reportRun(session, outcome, ending, paste);
      return outcome.asIntended ? EXIT.done : EXIT.refused;
    } finally {
      await client.close();
    }
  } finally {
    if (keep) server.own?.release();
    else await stop(server);
  }
}
