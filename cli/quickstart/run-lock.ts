import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.ts';

/**
 * Makes this the only quick start over a data folder, since the first to end would stop the other's server. A lock
 * whose process is gone is taken over. @throws CliError when another one runs.
 */
export async function lockRun(data: string): Promise<AsyncDisposable> {
  const file = join(data, 'quickstart.lock');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    if (await claim(file)) return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
    const owner = Number(await readFile(file, 'utf8').catch(() => ''));
    if (isAlive(owner)) throw busy(data, owner);
    await rm(file, { force: true });
  }
  throw busy(data, undefined);
}

async function claim(file: string): Promise<boolean> {
  try {
    await using handle = await open(file, 'wx');
    await handle.writeFile(String(process.pid));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function busy(data: string, pid: number | undefined): CliError {
  const which = pid === undefined ? '' : ` (process ${pid})`;
  return new CliError(
    'INVALID',
    `another quick start${which} is running over ${data}`,
    'Wait until it has ended, or choose another folder with --results FOLDER',
  );
}
