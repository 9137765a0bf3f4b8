import { readFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { dataFolder } from '#core/data-folder.ts';

export interface LocalServer {
  address: string;
  pid: number;
  data: string;
  /** Missing where this user may not read it. */
  adminToken?: string;
  enrolToken?: string;
}

/** The data folder of this machine's user, unless `environment` names another. */
export function defaultDataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return dataFolder({ platform: platform(), home: homedir(), environment });
}

/** The server that runs over this data folder, as it says there itself; undefined when none does. */
export async function readLocalServer(data: string): Promise<LocalServer | undefined> {
  const text = await readOrNothing(join(data, 'server.json'));
  if (text === undefined) return undefined;
  const server = parseServerFile(text);
  if (server === undefined) return undefined;
  const adminToken = (await readOrNothing(join(data, 'admin.token')))?.trim();
  const enrolToken = (await readOrNothing(join(data, 'enrol.token')))?.trim();
  return { ...server, ...(adminToken && { adminToken }), ...(enrolToken && { enrolToken }) };
}

/** Checked by hand: every command reads it, and loading a library for that would take longer than all else it does. */
function parseServerFile(text: string): { address: string; pid: number; data: string } | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('address' in value && 'pid' in value && 'data' in value)) return undefined;
  const { address, pid, data } = value;
  if (typeof address !== 'string' || typeof pid !== 'number' || typeof data !== 'string') return undefined;
  return { address, pid, data };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readOrNothing(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}
