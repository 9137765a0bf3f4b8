import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, removed with what is in it, and the path of a database there. */
export async function withFolder(): Promise<AsyncDisposable & { path: string; file: string }> {
  const path = await mkdtemp(join(tmpdir(), 'scitq-test-'));
  return {
    path,
    file: join(path, 'scitq.db'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
