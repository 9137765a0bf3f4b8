import { app } from 'electron';
import { setUpConnectionCall } from './connection-call.ts';
import { setUpDataFolder } from './data-folder.ts';
import { setUpEmbeddedServer } from './embedded-server.ts';
import { explainFailedStart } from './failed-start.ts';
import { setUpLocalWorker } from './local-worker.ts';
import { setUpLockdown } from './lockdown.ts';
import { setUpMenu } from './menu.ts';
import { setUpQuit } from './quit.ts';
import { setUpServerLog } from './server-log.ts';
import { setUpSingleInstance } from './single-instance.ts';
import { setUpWindow } from './window.ts';

const data = setUpDataFolder();
if (setUpSingleInstance()) {
  const opened = new AsyncDisposableStack();
  // Not awaited: Electron is not ready before this module has been evaluated.
  const started = app.whenReady().then(() => start(opened));
  setUpQuit(started, opened);
  started.catch(explainFailedStart);
}

async function start(opened: AsyncDisposableStack): Promise<void> {
  setUpLockdown();
  const log = setUpServerLog(opened);
  const server = await setUpEmbeddedServer(data, log, opened);
  await setUpLocalWorker(server, data, log, opened);
  setUpConnectionCall(server);
  setUpMenu(data);
  await setUpWindow(server.address);
}
