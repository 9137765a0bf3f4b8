import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { locateProgram } from './locate-program.ts';
import { LocalServer } from './quickstart/local-server.ts';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Standard output as it was. */
  bytes: Buffer;
}

export interface RunOptions {
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string;
  /** Sent when what is written to standard error first matches. */
  interruptAt?: RegExp;
}

/** Runs one of the built programs to its end, with nothing of this process's scitq settings. */
export async function run(program: string, words: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { SCITQ_DATA: _data, SCITQ_SERVER: _server, SCITQ_TOKEN: _token, ...clean } = process.env;
  const child = spawn(process.execPath, [fileURLToPath(locateProgram(program)), ...words], {
    env: { ...clean, ...options.env },
    cwd: options.cwd ?? tmpdir(),
  });
  const out: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    const before = stderr;
    stderr += chunk.toString();
    const { interruptAt } = options;
    if (interruptAt?.test(stderr) && !interruptAt.test(before)) child.kill('SIGINT');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  child.once('error', reject);
  const code = await promise;
  const bytes = Buffer.concat(out);
  return { code, stdout: bytes.toString(), stderr, bytes };
}

/** A folder that goes at the end; its name begins with `prefix`. */
export async function temporaryFolder(prefix = 'scitq-cli-'): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), prefix));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A server with a worker of two slots, over a temporary folder, and ways to call commands against it. */
export class TestSystem implements AsyncDisposable {
  readonly server: LocalServer;
  readonly data: string;
  readonly #folder: AsyncDisposable;

  private constructor(server: LocalServer, folder: AsyncDisposable & { path: string }) {
    this.server = server;
    this.#folder = folder;
    this.data = folder.path;
  }

  static async start(): Promise<TestSystem> {
    const folder = await temporaryFolder();
    const { signal } = new AbortController();
    return new TestSystem(await LocalServer.start({ data: folder.path, port: 0, concurrency: 2, signal }), folder);
  }

  scitq(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run('scitq', words, { ...options, env: { SCITQ_DATA: this.data, ...options.env } });
  }

  launch(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return run('scitq-launch', words, { ...options, env: { SCITQ_DATA: this.data, ...options.env } });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
