import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { Server } from '#server/server.ts';

/** A worker that ends by itself is started again after this long, in milliseconds. */
const RESTART_AFTER = 1_000;

/**
 * A worker on the server's own machine: an agent as a child process. It survives the server's sudden death, as any
 * worker does; the next server finds it still there by the lock in its folder.
 */
export class LocalWorker {
  readonly #options: { server: Server; data: string; concurrency: number; log: Logger; program?: string };
  #child: ChildProcess | undefined;
  #stopping = false;

  constructor(options: { server: Server; data: string; concurrency: number; log: Logger; program?: string }) {
    this.#options = options;
  }

  /** Resolves when the agent's process runs. */
  async start(): Promise<void> {
    const folder = this.#folder();
    if (runningAgent(folder) !== undefined) return;
    const { server, concurrency, log, program = agentProgram() } = this.#options;
    const name = hostname();
    const argv = ['--data', folder, '--name', name, '--concurrency', String(concurrency), '--prefetch', String(concurrency)];
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
      if (this.#stopping) return;
      log.warn({ code, signal }, 'the worker on this machine ended; it is started again');
      setTimeout(() => void this.#restart(), RESTART_AFTER).unref();
    });
    await running;
  }

  /** Resolves when the agent has ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child !== undefined) {
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
      await ended;
      return;
    }
    const pid = runningAgent(this.#folder());
    if (pid !== undefined) process.kill(pid, 'SIGTERM');
  }

  #folder(): string {
    return join(this.#options.data, 'worker');
  }

  async #restart(): Promise<void> {
    if (this.#stopping) return;
    await this.start().catch((error: unknown) =>
      this.#options.log.error({ err: error }, 'the worker on this machine cannot be started'),
    );
  }
}

/** The pid of the agent that works in this folder, by its lock. */
function runningAgent(folder: string): number | undefined {
  try {
    const lock: unknown = JSON.parse(readFileSync(join(folder, 'agent.lock'), 'utf8'));
    if (typeof lock !== 'object' || lock === null || !('pid' in lock) || typeof lock.pid !== 'number') return undefined;
    process.kill(lock.pid, 0);
    return lock.pid;
  } catch {
    return undefined;
  }
}

/** Beside this program when it is bundled, in the sources otherwise. */
function agentProgram(): string {
  const bundled = fileURLToPath(new URL('./scitq-worker.js', import.meta.url));
  return existsSync(bundled) ? bundled : fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
}
