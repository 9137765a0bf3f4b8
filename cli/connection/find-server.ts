import type { LocalServer } from '#client/local.ts';
import { CliError } from '../errors.ts';
import { parseAddress } from './address.ts';

export interface ServerQuery {
  /** `--server` */
  server?: string | undefined;
  /** `--token` */
  token?: string | undefined;
  env: Record<string, string | undefined>;
  /** The data folder in which a server of this machine would be found. */
  dataFolder: string;
  /** Reads that folder; undefined when no server has left its address there. */
  readLocal(dataFolder: string): Promise<LocalServer | undefined>;
}

export interface FoundServer {
  /** A URL without a slash at its end. */
  address: string;
  token?: string;
  /** The server is the one of this machine's data folder. */
  local?: LocalServer;
}

/**
 * Which server a command talks to, and as whom: `--server`, else SCITQ_SERVER, else the server of this machine;
 * `--token`, else SCITQ_TOKEN, else, for the server of this machine, the token it keeps for commands beside it.
 * @throws CliError (USAGE) for an address that is none, (UNAVAILABLE) when there is no server to be found.
 */
export async function findServer(query: ServerQuery): Promise<FoundServer> {
  const local = await query.readLocal(query.dataFolder);
  const address = givenAddress(query) ?? localAddress(local);
  if (address === undefined) {
    throw new CliError(
      'UNAVAILABLE',
      `no scitq server runs on this machine (none has left its address in ${query.dataFolder})`,
      'Start one with `scitq server`, or name one with --server HOST or SCITQ_SERVER=HOST',
    );
  }
  const isLocal = local !== undefined && sameServer(address, parseAddress(local.address, 'the local server'));
  const token = query.token ?? given(query.env.SCITQ_TOKEN) ?? (isLocal ? local.adminToken : undefined);
  return { address, ...(token === undefined ? {} : { token }), ...(isLocal ? { local } : {}) };
}

function givenAddress(query: ServerQuery): string | undefined {
  if (query.server !== undefined) return parseAddress(query.server, '--server');
  const fromEnv = given(query.env.SCITQ_SERVER);
  return fromEnv === undefined ? undefined : parseAddress(fromEnv, 'SCITQ_SERVER');
}

function localAddress(local: LocalServer | undefined): string | undefined {
  return local === undefined ? undefined : parseAddress(local.address, 'the local server');
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

function sameServer(one: string, other: string): boolean {
  if (one === other) return true;
  const [a, b] = [new URL(one), new URL(other)];
  return a.port === b.port && a.protocol === b.protocol && LOOPBACK.has(a.hostname) && LOOPBACK.has(b.hostname);
}
