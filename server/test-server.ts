import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Client } from '#client/connect.ts';
import { connect } from '#client/connect.ts';
import type { ServerConfig } from './config/config.ts';
import type { Server } from './server.ts';
import { startServer } from './server.ts';

export interface TestServer extends AsyncDisposable {
  server: Server;
  /** As administrator. */
  client: Client;
  /** Stops and starts again over the same data. */
  restart(): Promise<void>;
}

/** A real server on a free port over a folder of its own, for tests; both go at the end of the scope. */
export async function makeTestServer(changes: Partial<ServerConfig> = {}): Promise<TestServer> {
  const data = await mkdtemp(join(tmpdir(), 'scitq-server-'));
  const config: ServerConfig = {
    data,
    host: '127.0.0.1',
    port: 0,
    offlineAfter: 60_000,
    lostAfter: 120_000,
    ...changes,
  };
  const log = pino({ level: 'error' });
  const start = async () => {
    const server = await startServer(config, log);
    return { server, client: connect({ address: server.address, token: server.adminToken }) };
  };
  const stop = async ({ server, client }: { server: Server; client: Client }) => {
    await client.close();
    await server.close();
  };
  let current = await start();
  return {
    get server() {
      return current.server;
    },
    get client() {
      return current.client;
    },
    async restart() {
      await stop(current);
      current = await start();
    },
    async [Symbol.asyncDispose]() {
      await stop(current);
      await rm(data, { recursive: true, force: true });
    },
  };
}
