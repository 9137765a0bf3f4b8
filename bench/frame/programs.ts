import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { readLocalServer } from '#client/local.ts';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
/** A program that does not stop by itself within this time is killed, in milliseconds. */
const PATIENCE = 30_000;

export interface RunningServer {
  address: string;
  adminToken: string;
  enrolToken: string;
  pid: number;
}

/**
 * Real, bundled programs over a temporary folder; both are gone at the end of the scope, and when the bench is
 * interrupted. With SCITQ_BENCH_PROFILE=DIR each server and agent leaves a CPU profile there when it stops.
 */
export class Programs implements AsyncDisposable {
  /** The server's data folder; files of a measure may lie in it too. */
  readonly folder: string;
  readonly #agentsFolder: string;
  readonly #running = new Set<ChildProcess>();
  #stopping = false;
  readonly #onExit = () => {
    for (const child of this.#running) child.kill('SIGKILL');
    for (const folder of [this.folder, this.#agentsFolder]) rmSync(folder, { recursive: true, force: true });
  };

  private constructor(folder: string, agentsFolder: string) {
    this.folder = folder;
    this.#agentsFolder = agentsFolder;
    process.once('exit', this.#onExit);
  }

  /** Starts nothing yet. `agentsIn` is where the folders of agents go, beside the server's unless given. */
  static async prepare({ agentsIn = tmpdir() } = {}): Promise<Programs> {
    const [folder, agentsFolder] = await Promise.all([makeFolderIn(tmpdir()), makeFolderIn(agentsIn)]);
    return new Programs(folder, agentsFolder);
  }

  /** On a free port of this machine, ready to be used. */
  async startServer(): Promise<RunningServer> {
    const child = this.#start('scitq-server', ['--port', '0', '--json']);
    if (child.stdout === null) throw new Error('the server has no output');
    await once(createInterface(child.stdout), 'line');
    const local = await readLocalServer(this.folder);
    if (local?.adminToken === undefined || local.enrolToken === undefined) {
      throw new Error(`the server left no tokens in ${this.folder}`);
    }
    return { address: local.address, adminToken: local.adminToken, enrolToken: local.enrolToken, pid: local.pid };
  }

  /** Resolves as soon as the agent's process is there; it still has to connect. */
  async startAgent(options: {
    name: string;
    concurrency: number;
    prefetch: number;
    executor?: 'noop';
    batch?: string;
  }): Promise<ChildProcess> {
    const { name, concurrency, prefetch, executor, batch } = options;
    const words = ['--name', name, '--concurrency', String(concurrency), '--prefetch', String(prefetch)];
    if (executor !== undefined) words.push('--executor', executor);
    if (batch !== undefined) words.push('--batch', batch);
    const child = this.#start('scitq-worker', [...words, '--data', join(this.#agentsFolder, name)]);
    await once(child, 'spawn');
    return child;
  }

  /** Runs a command to its end and returns how long its process took, in milliseconds. Throws unless it succeeds. */
  async time(words: readonly string[]): Promise<number> {
    return timeProcess([process.execPath, join(DIST, 'scitq.js'), ...words], this.#environment());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    // Agents first: they say goodbye to the server.
    for (const child of [...this.#running].reverse()) await stop(child);
    process.off('exit', this.#onExit);
    for (const folder of [this.folder, this.#agentsFolder]) await rm(folder, { recursive: true, force: true });
  }

  #start(program: string, words: readonly string[]): ChildProcess {
    const profiles = process.env.SCITQ_BENCH_PROFILE;
    const profiling = profiles === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const child = spawn(process.execPath, [...profiling, join(DIST, `${program}.js`), ...words], {
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#running.add(child);
    child.once('exit', (code, signal) => {
      this.#running.delete(child);
      if (this.#stopping) return;
      // Whatever is being measured would wait for it for ever.
      process.stderr.write(`${program} ended in the middle of a measurement (${code ?? signal}).\n`);
      process.exit(1);
    });
    return child;
  }

  #environment(): NodeJS.ProcessEnv {
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('SCITQ_'));
    return { ...Object.fromEntries(others), SCITQ_DATA: this.folder, SCITQ_LOG_LEVEL: 'warn' };
  }
}

/** How long a process takes from before it is started until it has ended, in milliseconds. Throws unless it succeeds. */
export async function timeProcess(words: readonly string[], env = process.env): Promise<number> {
  const [program = '', ...rest] = words;
  const startedAt = performance.now();
  const child = spawn(program, rest, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const complaint = text(child.stderr);
  const [code, signal] = await once(child, 'exit');
  const took = performance.now() - startedAt;
  if (code !== 0) throw new Error(`${words.join(' ')} ended with ${code ?? signal}: ${await complaint}`);
  return took;
}

async function makeFolderIn(parent: string): Promise<string> {
  return mkdtemp(join(parent, 'scitq-bench-'));
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  await ended;
  clearTimeout(impatience);
}
