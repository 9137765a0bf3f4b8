import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { identify, isAlive } from './executor/process/process-identity.ts';

const Owner = z.object({ pid: z.number(), startTime: z.string(), bootId: z.string() });

/** Another agent works in this folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly pid: number;
  constructor(folder: string, pid: number) {
    super(
      `Another scitq-worker (pid ${pid}) works in ${folder}. Stop it, or give this one a folder of its own: --data DIR.`,
    );
    this.pid = pid;
  }
}

/**
 * Makes this process the only agent in `folder`; what a dead one left is taken over. Resolves with the way to let go.
 * Throws {@link FolderInUse}.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const file = join(folder, 'agent.lock');
  const self = await identify(process.pid);
  for (;;) {
    try {
      const handle = await open(file, 'wx', 0o600);
      await handle.writeFile(JSON.stringify(self));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const owner = Owner.safeParse(parse(await readFile(file, 'utf8').catch(() => '')));
    if (owner.success && (await isAlive(owner.data))) throw new FolderInUse(folder, owner.data.pid);
    await rm(file, { force: true });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
