import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CliError } from '../errors.ts';
import { locateProgram } from '../locate-program.ts';
import { endLeftWorker } from './left-worker.ts';

/** Milliseconds that a server may take to be ready. */
const READY_WITHIN = 30_000;
/** Milliseconds that a server may take to stop, its worker with it, before it is killed. */
const STOP_WITHIN = 20_000;

/** Where a server of the quick start writes what goes wrong. */
export function logFileOf(data: string): string {
  return join(data, 'quickstart-server.log');
}

export interface ServerSettings {
  data: string;
  /** 0 takes a free one. */
  port: number;
  /** Tasks that its worker runs at once. */
  concurrency: number;
  signal: AbortSignal;
}

interface Ready {
  address: string;
  pid: number;
}

/** A server with its worker, started by the quick start in a process group of its own. */
export class LocalServer implements AsyncDisposable {
  readonly address: string;
  readonly pid: number;
  readonly logFile: string;
  /** Aborts, with a CliError, when the server ends without having been asked to. */
  readonly died: AbortSignal;
  readonly #child: ChildProcess;
  readonly #data: string;
  readonly #since: number;
  #stopping = false;
  #released = false;

  private constructor(started: { child: ChildProcess; since: number; logFile: string; data: string }, ready: Ready) {
    const { child, since, logFile, data } = started;
    this.#child = child;
    this.#since = since;
    this.#data = data;
    this.logFile = logFile;
    this.pid = ready.pid;
    this.address = ready.address;
    const death = new AbortController();
    this.died = death.signal;
    child.once('exit', () => {
      if (!this.#stopping)
        death.abort(new CliError('UNAVAILABLE', 'the server ended unexpectedly', `Its log is ${logFile}`));
    });
    process.once('exit', this.#onOwnExit);
  }

  /** Resolves when the server is ready. @throws CliError that says why it is not, after which no process is left. */
  static async start(settings: ServerSettings): Promise<LocalServer> {
    const { data, port, concurrency, signal } = settings;
    const program = fileURLToPath(locateProgram('scitq-server'));
    const logFile = logFileOf(data);
    const log = openSync(logFile, 'w', 0o600);
    const words = ['--data', data, '--port', String(port), '--workers', String(concurrency), '--json'];
    const since = Date.now();
    // In its own group: a Ctrl-C in this terminal is for the quick start, which then stops the server in order.
    const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', log], detached: true });
    closeSync(log);
    try {
      return new LocalServer({ child, since, logFile, data }, await readyLine(child, logFile, signal));
    } catch (error) {
      await stopProcess(child, data, since);
      throw error;
    }
  }

  /** Stops the server and its worker, unless it was released; resolves when both are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return;
    this.#stopping = true;
    await stopProcess(this.#child, this.#data, this.#since);
    process.removeListener('exit', this.#onOwnExit);
  }

  /** Leaves the server running when this process ends. */
  release(): void {
    this.#released = true;
    this.#child.unref();
    this.#child.stdout?.destroy();
    process.removeListener('exit', this.#onOwnExit);
  }

  /** Whatever ends this process must not leave a server behind: asked so, it stops by itself. */
  readonly #onOwnExit = (): void => {
    this.#child.kill('SIGTERM');
  };
}

async function readyLine(child: ChildProcess, logFile: string, signal: AbortSignal): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { stdout } = child;
  if (stdout === null) throw new Error('the server has no standard output');
  const lines = createInterface({ input: stdout });
  const timer = setTimeout(
    () => reject(failedStart(`it was not ready within ${READY_WITHIN / 1_000} s`, logFile)),
    READY_WITHIN,
  );
  const onAbort = () => reject(new CliError('INTERRUPTED', 'interrupted while the server was starting'));
  lines.once('line', resolve);
  child.once('error', (error) => reject(failedStart(error.message, logFile)));
  child.once('exit', () => {
    lastLine(logFile).then((line) => reject(failedStart(line, logFile)), reject);
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const ready = parseReady(await promise);
    if (ready === undefined) throw failedStart('it did not print its address', logFile);
    return ready;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    lines.close();
  }
}

function parseReady(line: string): Ready | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('address' in value && 'pid' in value)) return undefined;
    const { address, pid } = value;
    return typeof address === 'string' && typeof pid === 'number' ? { address, pid } : undefined;
  } catch {
    return undefined;
  }
}

function failedStart(why: string, logFile: string): CliError {
  return new CliError('INVALID', `the server could not be started: ${why}`, `Its log is ${logFile}`);
}

/** A server that refuses to start says why in its last line. */
async function lastLine(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n');
  return (lines.at(-1) || 'it ended without a word').replace(/^scitq-server: /, '').replace(/\.$/, '');
}

/** Resolves when the process has ended, and with it its worker. `since` is when it was started. */
async function stopProcess(child: ChildProcess, data: string, since: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN);
    await ended;
    clearTimeout(timer);
  }
  if (child.exitCode !== 0) await endLeftWorker(data, since);
}
