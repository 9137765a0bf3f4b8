import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Server } from '#server/server.ts';

const Identity = z.object({ token: z.string().optional() });

/** A worker that ends by itself is started again after this long, twice as long each time, in milliseconds. */
const FIRST_RESTART = 1_000;
const LONGEST_RESTART = 60_000;

/**
 * A worker on the server's own machine: an agent as a child process. It survives the server's sudden death, as any
 * worker does; the one that the next server starts then finds its folder in use, and leaves the place to it.
 */
export class LocalWorker {
  readonly #options: { server: Server; data: string; concurrency: number; log: Logger; program?: string };
  #child: ChildProcess | undefined;
  #stopping = false;
  #restartAfter = FIRST_RESTART;

  constructor(options: { server: Server; data: string; concurrency: number; log: Logger; program?: string }) {
    this.#options = options;
  }

  /** Resolves when the agent's process runs. */
  async start(): Promise<void> {
    const { server, concurrency, log, program = agentProgram() } = this.#options;
    const name = hostname();
    const folder = this.#folder;
    const argv = [
      '--unless-running',
      '--data',
      folder,
      '--name',
      name,
      '--concurrency',
      String(concurrency),
      '--prefetch',
      String(concurrency),
    ];
    const { promise: running, resolve, reject } = Promise.withResolvers<void>();
    const child = spawn(process.execPath, [program, ...argv], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        // It finds the server by the server's own folder: the address may be another one after a restart.
        SCITQ_DATA: this.#options.data,
        SCITQ_SERVER: '',
        // Not in the arguments, which other users of this machine can read.
        SCITQ_ENROL_TOKEN: server.enrolToken,
        SCITQ_LOG_LEVEL: process.env.SCITQ_LOG_LEVEL ?? 'warn',
        // In the desktop app execPath is Electron, which would start a second app.
        ...(process.versions.electron !== undefined && { ELECTRON_RUN_AS_NODE: '1' }),
      },
      // A Ctrl-C in the server's terminal is for the server, which then stops its worker in order.
      detached: true,
    });
    this.#child = child;
    child.once('spawn', resolve);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      this.#child = undefined;
      // It ends well when it was told to, or when an agent from before works in the folder.
      if (this.#stopping || code === 0) return;
      log.warn({ code, signal }, 'the worker on this machine ended; it is started again');
      setTimeout(() => void this.#restart(), this.#restartAfter).unref();
      this.#restartAfter = Math.min(LONGEST_RESTART, this.#restartAfter * 2);
    });
    await running;
  }

  /** Resolves when the agent has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined) return this.#retireAdopted();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    await ended;
  }

  get #folder(): string {
    return join(this.#options.data, 'worker');
  }

  /** The agent of a server before this one is known by its token alone. */
  async #retireAdopted(): Promise<void> {
    const identity = await readFile(join(this.#folder, 'identity.json'), 'utf8').catch(() => '{}');
    const { token } = Identity.parse(JSON.parse(identity));
    if (token !== undefined) await this.#options.server.retireWorker(token, 'the server of this machine stops');
  }

  async #restart(): Promise<void> {
    if (this.#stopping) return;
    await this.start().catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the worker on this machine cannot be started'),
    );
  }
}

/** Beside this program when it is bundled, in the sources otherwise. */
function agentProgram(): string {
  const bundled = fileURLToPath(new URL('./scitq-worker.js', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
}
