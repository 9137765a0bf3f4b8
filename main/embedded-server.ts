import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { pino } from 'pino';
import { readConfig } from '#server/config/config.ts';
import type { Server } from '#server/server.ts';
import { startServer } from '#server/server.ts';

const SCREENS = fileURLToPath(new URL('../renderer/', import.meta.url));

/**
 * Starts the server that the window shows, on a free port of this computer only.
 * Rejects with the server's own reason: a folder that cannot be written, a database of a newer version.
 */
export async function setUpEmbeddedServer(data: string, opened: AsyncDisposableStack): Promise<Server> {
  const config = readConfig({ data, host: '127.0.0.1', port: 0, screens: SCREENS }, process.env);
  const log = openLog(opened);
  return opened.use(await startServer(config, log));
}

/** One file for this run and one for the run before, so that a crash can be read about and logs never fill a disk. */
function openLog(opened: AsyncDisposableStack) {
  const file = join(app.getPath('userData'), 'server.log');
  if (existsSync(file)) renameSync(file, join(app.getPath('userData'), 'server.previous.log'));
  const destination = pino.destination({ dest: file, append: false, sync: true, mode: 0o600 });
  opened.defer(() => destination.end());
  return pino(destination);
}
