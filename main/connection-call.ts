import { ipcMain } from 'electron';

const channel: ScitqChannels['connection'] = 'scitq:connection';

/** Answers `window.scitq.connection()`. The answer holds a token, so only the top frame of our own screens gets one. */
export function setUpConnectionCall(server: { address: string; adminToken: string }): void {
  const { origin } = new URL(server.address);
  ipcMain.handle(channel, ({ senderFrame }): ScitqConnection => {
    if (senderFrame === null || senderFrame.parent !== null || senderFrame.origin !== origin) {
      throw new Error('only the screens of scitq may ask for the connection');
    }
    return { address: server.address, token: server.adminToken };
  });
}
