import type { Client } from '#client/connect.ts';
import { connect } from '#client/connect.ts';
import { readLocalServer } from '#client/local.ts';
import { CliError } from '../errors.ts';

/** Milliseconds in which a server that is there answers. */
const ANSWERS_WITHIN = 5_000;

/** A server over the data folder, as commands reach it. */
export interface ReachableServer extends AsyncDisposable {
  address: string;
  pid: number;
  client: Client;
}

/**
 * The server that runs over a data folder already, as an earlier `--keep` leaves it; undefined when none answers.
 * @throws CliError when it has no worker that could run the batch.
 */
export async function findRunning(data: string): Promise<ReachableServer | undefined> {
  const server = await reach(data);
  if (server === undefined) return undefined;
  try {
    const workers = await server.client.api.worker.list.query();
    if (workers.some((worker) => worker.status === 'running' && worker.batch === 'Default' && worker.concurrency > 0))
      return server;
    throw new CliError(
      'INVALID',
      `the server that runs over ${data} (process ${server.pid}) has no running worker in batch Default`,
      `Stop it (kill ${server.pid}), or choose another folder with --results FOLDER`,
    );
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Connects to the server over a data folder; undefined when none answers there. */
export async function reach(data: string): Promise<ReachableServer | undefined> {
  const local = await readLocalServer(data);
  if (local?.adminToken === undefined) return undefined;
  const { address, pid, adminToken } = local;
  const client = connect({ address, token: adminToken, timeout: ANSWERS_WITHIN });
  try {
    await client.api.status.query();
  } catch {
    // A server that was killed leaves its address behind.
    await client.close();
    return undefined;
  }
  return { address, pid, client, [Symbol.asyncDispose]: () => client.close() };
}
