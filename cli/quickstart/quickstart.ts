import { cpus } from 'node:os';
import type { WatchedTasks } from '../commands/task/wait-for-tasks.ts';
import { waitForTasks } from '../commands/task/wait-for-tasks.ts';
import { CliError } from '../errors.ts';
import { makeProgressDisplay } from '../progress/progress-display.ts';
import type { Api, Session } from '../session.ts';
import { quickstartBatch } from './batch.ts';
import { CommandsToPaste } from './commands-to-paste.ts';
import type { QuickstartFolders } from './folders.ts';
import { prepareFolders } from './folders.ts';
import { Interruption } from './interruption.ts';
import { LocalServer, logFileOf } from './local-server.ts';
import { checkPort } from './port.ts';
import type { Ending } from './report.ts';
import { readOutcome, reportRun } from './report.ts';
import { lockRun } from './run-lock.ts';
import type { ReachableServer } from './running-server.ts';
import { findRunning, reach } from './running-server.ts';

export interface QuickstartOptions {
  keep?: true;
  data?: string;
  results?: string;
  port?: number;
}

/** Seconds that the batch may take; it takes a few. */
const BATCH_WITHIN = 120;
/** Seconds from TERM to KILL for commands that run when the quick start is interrupted. */
const CANCEL_GRACE = 1;

/**
 * A first real batch, from nothing to its results. Returns 0 when the batch went as it should, and leaves no process
 * behind unless it was asked to.
 */
export async function quickstart(session: Session, options: QuickstartOptions): Promise<number> {
  using interruption = new Interruption();
  const { signal } = interruption;
  const folders = await prepareFolders(options);
  await using _lock = await lockRun(folders.data);
  const paste = new CommandsToPaste(
    { cwd: process.cwd(), env: process.env, script: process.argv[1] ?? '' },
    folders.data,
  );
  const run = async (server: ReachableServer, stopped: AbortSignal) => {
    const end = await runBatch(session, server.client.api, folders, stopped);
    return readOutcome(server.client.api, folders, end);
  };

  await using running = await findRunning(folders.data);
  if (running !== undefined) {
    session.output.note(`using the server that runs here already: ${running.address} (process ${running.pid})`);
    const outcome = await run(running, signal);
    return reportRun(session, outcome, { kind: 'kept', address: running.address, pid: running.pid }, paste);
  }

  const concurrency = Math.max(2, cpus().length);
  const port = options.port ?? 0;
  await checkPort(port);
  session.output.note('starting a server and a worker on this machine');
  await using own = await LocalServer.start({ data: folders.data, port, concurrency, signal });
  await using server = await reach(folders.data);
  if (server === undefined)
    throw new CliError('UNAVAILABLE', 'the server has started but does not answer', `Its log is ${own.logFile}`);
  session.output.note(`the server is ready at ${server.address}, its worker runs ${concurrency} tasks at once`);
  const outcome = await run(server, AbortSignal.any([signal, own.died]));
  const { address, pid } = server;
  const ending: Ending = options.keep === true ? { kind: 'kept', address, pid } : { kind: 'stopped', concurrency };
  if (options.keep === true) own.release();
  else {
    await server[Symbol.asyncDispose]();
    await own[Symbol.asyncDispose]();
  }
  return reportRun(session, outcome, ending, paste);
}

/** Queues the batch and waits, visibly, until it has ended. If that is broken off, its tasks are canceled. */
async function runBatch(
  session: Session,
  api: Api,
  folders: QuickstartFolders,
  signal: AbortSignal,
): Promise<WatchedTasks> {
  signal.throwIfAborted();
  const queued = await api.task.submit.mutate({ tasks: quickstartBatch(folders) });
  session.output.note(`${queued.count} tasks queued`);
  try {
    return await waitWithProgress(session, api, queued, signal);
  } catch (error) {
    if (signal.aborted) session.output.note('stopping…');
    await cancel(api, queued);
    throw isTimeout(error) ? tooSlow(folders.data) : error;
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof CliError && error.report.code === 'TIMEOUT';
}

function tooSlow(data: string): CliError {
  return new CliError(
    'TIMEOUT',
    'the batch takes far longer than it should, and was stopped',
    `The server may say why in ${logFileOf(data)}`,
  );
}

async function waitWithProgress(
  session: Session,
  api: Api,
  queued: { first: WatchedTasks['failed'][number]; count: number },
  signal: AbortSignal,
): Promise<WatchedTasks> {
  const timeout = session.options.timeout ?? BATCH_WITHIN;
  if (session.options.mode !== 'table') return waitForTasks(api, { from: queued }, { timeout, signal });
  using display = makeProgressDisplay(process.stderr);
  return await waitForTasks(api, { from: queued }, { timeout, signal, onProgress: (now) => display.show(now) });
}

/** Stops what of the batch still runs; a server that is gone has nothing that runs. */
async function cancel(api: Api, queued: { first: number; count: number }): Promise<void> {
  const ranges = [{ from: queued.first, to: queued.first + queued.count - 1 }];
  try {
    const { signaled } = await api.task.cancel.mutate({ selection: { ranges }, grace: CANCEL_GRACE });
    if (signaled.length > 0) await waitForTasks(api, { ids: signaled }, { timeout: CANCEL_GRACE + 2 });
  } catch {
    // What is left is stopped with the worker.
  }
}
