import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { LocalWorker } from '#server/providers/local/local-worker.ts';
import type { Server } from '#server/server.ts';

/** Makes this computer a worker of the embedded server, with as many tasks at once as it has processors. */
export async function setUpLocalWorker(
  server: Server,
  data: string,
  log: Logger,
  opened: AsyncDisposableStack,
): Promise<void> {
  const worker = new LocalWorker({ server, data, concurrency: availableParallelism(), log });
  opened.defer(() => worker.stop());
  await worker.start();
}
