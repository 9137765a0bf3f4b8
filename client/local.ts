import { readFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod/mini';
import { dataFolder } from '#core/data-folder.ts';

export interface LocalServer {
  address: string;
  pid: number;
  data: string;
  /** Missing where this user may not read it. */
  adminToken?: string;
  enrolToken?: string;
}

const ServerFile = z.object({ address: z.string(), pid: z.number(), data: z.string() });

/** The data folder of this machine's user, unless `environment` names another. */
export function defaultDataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  return dataFolder({ platform: platform(), home: homedir(), environment });
}

/** The server that runs over this data folder, as it says there itself; undefined when none does. */
export async function readLocalServer(data: string): Promise<LocalServer | undefined> {
  const text = await readOrNothing(join(data, 'server.json'));
  if (text === undefined) return undefined;
  const server = ServerFile.safeParse(parseJson(text));
  if (!server.success) return undefined;
  const adminToken = (await readOrNothing(join(data, 'admin.token')))?.trim();
  const enrolToken = (await readOrNothing(join(data, 'enrol.token')))?.trim();
  return { ...server.data, ...(adminToken && { adminToken }), ...(enrolToken && { enrolToken }) };
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
