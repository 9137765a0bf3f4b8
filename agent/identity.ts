import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { connect } from '#client/connect.ts';
import { WorkerId } from '#core/contract/ids.ts';
import { VERSION } from '#core/version.ts';

const Identity = z.object({ workerId: WorkerId, token: z.string(), address: z.string() });
export type Identity = z.infer<typeof Identity>;

export interface EnrolOptions {
  folder: string;
  address: string;
  /** Works once a worker; not needed by an agent that was enrolled before. */
  enrolToken: string | undefined;
  name: string;
  batch: string | undefined;
  concurrency: number;
  prefetch: number;
}

/** Who this agent is: kept in its folder since it enrolled, else it enrols now. Undefined: it has no token to do so. */
export async function identify(options: EnrolOptions): Promise<Identity | undefined> {
  const file = join(options.folder, 'identity.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return Identity.parse(JSON.parse(kept));
  if (options.enrolToken === undefined) return undefined;
  const { address, name, batch, concurrency, prefetch } = options;
  const client = connect({ address, token: options.enrolToken });
  try {
    const enrolled = await client.api.agent.enrol.mutate({
      name,
      concurrency,
      prefetch,
      version: VERSION,
      ...(batch !== undefined && { batch }),
    });
    const identity: Identity = { ...enrolled, address };
    await keep(file, identity);
    return identity;
  } finally {
    await client.close();
  }
}

async function keep(file: string, identity: Identity): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, JSON.stringify(identity), { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}

export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
