import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { app } from 'electron';
import { dataFolder } from '#core/data-folder.ts';

/**
 * Returns the folder of the embedded server: the one in which commands and agents of this machine look for a server, so that
 * they find this one. The app's own files go to `desktop` in it: one folder has everything, and two apps that were told
 * different folders are two instances.
 */
export function setUpDataFolder(): string {
  const data = resolve(dataFolder({ platform: process.platform, home: homedir(), environment: process.env }));
  const own = join(data, 'desktop');
  try {
    mkdirSync(own, { recursive: true, mode: 0o700 });
    app.setPath('userData', own);
  } catch {
    // The server will say, in words, why its folder cannot be used.
  }
  return data;
}
