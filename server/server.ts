import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { ScitqError } from '#core/contract/errors.ts';
import { VERSION } from '#core/version.ts';
import { AgentHub } from './agents/hub.ts';
import { OpenExecutions } from './agents/open-executions.ts';
import { makeHttp } from './api/http.ts';
import { hashToken } from './auth/tokens.ts';
import type { ServerConfig } from './config/config.ts';
import { ensureToken, FILES, prepareDataFolder, writePrivately } from './data-folder.ts';
import { LogFiles } from './logs/log-files.ts';
import { Dispatcher } from './scheduling/dispatcher.ts';
import { openSqliteStore } from './store/sqlite/index.ts';
import type { System } from './system.ts';
import { Counters } from './tasks/counters.ts';
import { STAGED_FOR } from './tasks/staging.ts';
import { TaskWatch } from './tasks/watch.ts';

export interface Server {
  /** http://host:port */
  readonly address: string;
  /** For commands, and agents, of this machine; also kept in the data folder. */
  readonly adminToken: string;
  readonly enrolToken: string;
  /** Asks the worker with that token to stop in order; resolves when it has gone. */
  retireWorker(token: string, reason: string): Promise<void>;
  /** Compares what is in memory with what the database says; returns the differences. */
  check(): Promise<string[]>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a server: opens its database, rebuilds what it keeps in memory, and listens. Resolves when it is ready.
 * Throws ScitqError when the data folder cannot be used, or the port is taken.
 */
export async function startServer(config: ServerConfig, log: Logger): Promise<Server> {
  const now = Date.now;
  await prepareDataFolder(config.data);
  const databaseFile = join(config.data, FILES.database);
  const store = await openSqliteStore({ file: databaseFile, migrations: config.migrations });
  const onError = (error: unknown) => log.error({ err: error }, 'a background step failed');
  const logs = new LogFiles(join(config.data, FILES.logs));
  const openExecutions = new OpenExecutions();
  const hub = new AgentHub({
    store,
    logs,
    openExecutions,
    offlineAfter: config.offlineAfter,
    lostAfter: config.lostAfter,
    onError,
    now,
  });
  const counters = new Counters((id) => hub.lastContact(id));
  const watch = new TaskWatch(store, counters);
  const dispatcher = new Dispatcher({ store, send: (workerId, orders) => hub.order(workerId, orders), onError, now });

  let address = '';
  let announced = false;
  const system: System = {
    store,
    counters,
    hub,
    logs,
    openExecutions,
    watch,
    log,
    now,
    about: { version: VERSION, data: config.data, databaseFile, startedAt: now(), address: () => address },
  };
  const http = makeHttp(system, config.screens);
  const close = async () => {
    await dispatcher.stop();
    hub.close();
    await http.close();
    await logs.close();
    if (announced) await rm(join(config.data, FILES.server), { force: true });
    await store.close();
  };
  try {
    await store.write((tx) => tx.deleteSubmissionsBefore(now() - STAGED_FOR));
    await openExecutions.rebuild(store.read);
    await counters.rebuild(store.read);
    store.onCommit((changes) => {
      openExecutions.apply(changes);
      counters.apply(changes);
      watch.apply(changes);
      dispatcher.apply(changes);
    });
    await dispatcher.rebuild(store.read);
    await hub.start();
    const adminToken = await ensureToken(store, join(config.data, FILES.adminToken), { kind: 'administrator' }, now);
    const enrolToken = await ensureToken(store, join(config.data, FILES.enrolToken), { kind: 'enrolment' }, now);
    address = await listen(http, config);
    announced = true;
    await writePrivately(
      join(config.data, FILES.server),
      `${JSON.stringify({ address, pid: process.pid, data: config.data })}\n`,
    );
    log.info({ address, data: config.data }, 'ready');
    const check = () => compareWithDatabase(store, counters, dispatcher, onError);
    const retireWorker = async (token: string, reason: string) => {
      const row = await store.read.token(hashToken(token));
      if (row?.kind === 'worker') await hub.retire(row.workerId, reason);
    };
    return { address, adminToken, enrolToken, retireWorker, check, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function listen(
  http: { listen(host: string, port: number): Promise<string> },
  config: ServerConfig,
): Promise<string> {
  try {
    return await http.listen(config.host, config.port);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new ScitqError('UNAVAILABLE', `Port ${config.port} of ${config.host} is taken by another program.`, {
        hint: 'Stop that one, or choose another port: --port 0 takes a free one.',
      });
    }
    throw error;
  }
}

async function compareWithDatabase(
  store: System['store'],
  counters: Counters,
  dispatcher: Dispatcher,
  onError: (error: unknown) => void,
): Promise<string[]> {
  // From here on nothing but microtasks are awaited, so that nothing changes between the two readings.
  await dispatcher.settled();
  const differences: string[] = [];
  const fresh = new Counters();
  await fresh.rebuild(store.read);
  const plain = (from: Counters) =>
    JSON.stringify({ ...from.snapshot(0), workers: from.workers().map((worker) => ({ ...worker, lastContactAt: 0 })) });
  if (plain(fresh) !== plain(counters))
    differences.push(`counters: ${plain(counters)} in memory, ${plain(fresh)} in the database`);
  const scheduling = new Dispatcher({ store, send: () => undefined, onError, now: Date.now });
  await scheduling.stop();
  await scheduling.rebuild(store.read);
  const [kept, rebuilt] = [JSON.stringify(dispatcher.snapshot()), JSON.stringify(scheduling.snapshot())];
  if (kept !== rebuilt) differences.push(`scheduling: ${kept} in memory, ${rebuilt} in the database`);
  return differences;
}
