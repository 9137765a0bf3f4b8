import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { connect } from '#client/connect.ts';
import { ScitqError } from '#core/contract/errors.ts';
import { VERSION } from '#core/version.ts';
import { makeWritableFolder } from '#transfer/writable-folder.ts';

const Identity = z.object({
  token: z.string(),
  concurrency: z.int().exactOptional(),
  prefetch: z.int().exactOptional(),
});

/** Who this agent is to its server. */
export interface Identity {
  token: string;
  /** Set when it was started with other numbers than the last time, for the server to take note of. */
  capacity?: Capacity;
}

export interface Capacity {
  concurrency: number;
  prefetch: number;
}

export interface EnrolOptions extends Capacity {
  folder: string;
  address: string;
  /** Works once a worker; not needed by an agent that was enrolled before. */
  enrolToken: string | undefined;
  name: string;
  batch: string | undefined;
}

/** Who this agent is: kept in its folder since it enrolled, else it enrols now. Undefined: it has no token to do so. */
export async function identify(options: EnrolOptions): Promise<Identity | undefined> {
  const { folder, concurrency, prefetch } = options;
  const file = join(folder, 'identity.json');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept === undefined) return enrol(options, file);
  const { token, ...before } = parse(kept, file);
  if (before.concurrency === concurrency && before.prefetch === prefetch) return { token };
  await keep(file, { token, concurrency, prefetch });
  return { token, capacity: { concurrency, prefetch } };
}

function parse(text: string, file: string): z.infer<typeof Identity> {
  try {
    return Identity.parse(JSON.parse(text));
  } catch {
    throw new ScitqError('INVALID', `${file}, where this worker keeps who it is, is damaged.`, {
      hint: 'Remove it to enrol this worker anew.',
    });
  }
}

async function enrol(options: EnrolOptions, file: string): Promise<Identity | undefined> {
  const { address, enrolToken, name, batch, concurrency, prefetch } = options;
  if (enrolToken === undefined) return undefined;
  const client = connect({ address, token: enrolToken });
  try {
    const { token } = await client.api.agent.enrol.mutate({
      name,
      concurrency,
      prefetch,
      version: VERSION,
      ...(batch !== undefined && { batch }),
    });
    await keep(file, { token, concurrency, prefetch });
    return { token };
  } finally {
    await client.close();
  }
}

async function keep(file: string, identity: z.infer<typeof Identity>): Promise<void> {
  const temporary = `${file}.new`;
  await writeFile(temporary, JSON.stringify(identity), { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}

/** Makes the agent's folder, for its owner alone. Throws INVALID when it cannot be made or written. */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await makeWritableFolder(folder, 0o700);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScitqError('INVALID', `The folder ${folder} of this worker cannot be written: ${reason}.`, {
      hint: 'Choose another one with --data, or see to its disk and permissions.',
    });
  }
}
