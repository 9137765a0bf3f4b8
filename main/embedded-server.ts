import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { readConfig } from '#server/config/config.ts';
import type { Server } from '#server/server.ts';
import { startServer } from '#server/server.ts';

const SCREENS = fileURLToPath(new URL('../renderer/', import.meta.url));

/**
 * Starts the server that the window shows, on a free port of this computer only.
 * Rejects with the server's own reason: a folder that cannot be written, a database of a newer version.
 */
export async function setUpEmbeddedServer(data: string, log: Logger, opened: AsyncDisposableStack): Promise<Server> {
  const config = readConfig({ data, host: '127.0.0.1', port: 0, screens: SCREENS }, process.env);
  return opened.use(await startServer(config, log));
}
