import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Logger } from 'pino';
import { pino } from 'pino';

/**
 * Where the embedded server and its worker write what happens to them: `server.log` among the app's own files. One file for
 * this run and one for the run before, so that a crash can be read about and logs never fill a disk.
 */
export function setUpServerLog(opened: AsyncDisposableStack): Logger {
  const file = join(app.getPath('userData'), 'server.log');
  if (existsSync(file)) renameSync(file, join(app.getPath('userData'), 'server.previous.log'));
  const destination = pino.destination({ dest: file, append: false, sync: true, mode: 0o600 });
  opened.defer(() => destination.end());
  return pino(destination);
}
