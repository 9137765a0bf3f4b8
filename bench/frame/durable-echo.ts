import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { WebSocket } from 'ws';

export interface DurableEcho extends AsyncDisposable {
  /** How long one round trip takes, in milliseconds. */
  roundTrip: () => Promise<number>;
}

/** Starts the thread of durable-echo-thread.ts with a database in `folder`, and connects to it. */
export async function startDurableEcho(folder: string): Promise<DurableEcho> {
  const thread = new Worker(new URL('./durable-echo-thread.ts', import.meta.url), {
    workerData: join(folder, 'echo.sqlite'),
  });
  const [port] = await once(thread, 'message');
  const socket = new WebSocket(`ws://127.0.0.1:${port}`);
  await once(socket, 'open');
  return {
    async roundTrip() {
      const startedAt = performance.now();
      socket.send('a task');
      await once(socket, 'message');
      return performance.now() - startedAt;
    },
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await thread.terminate();
    },
  };
}
