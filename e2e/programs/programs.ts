import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgramName } from './built.ts';
import type { Finished, RunOptions } from './finished.ts';
import { runToEnd } from './finished.ts';
import type { FoundProcess } from './left-over.ts';
import { processesMarked } from './left-over.ts';
import { Program } from './program.ts';
import type { ServerOptions } from './server-program.ts';
import { ServerProgram, stablePort } from './server-program.ts';
import { until } from './until.ts';
import type { WorkerOptions } from './worker-program.ts';
import { WorkerProgram } from './worker-program.ts';

/**
 * The programs of one test, their folders and their children. Disposing of it kills every process that descends from
 * them, in whatever state the test left them, and removes the folders.
 */
export class Programs implements AsyncDisposable {
  /** The test's temporary folder. */
  readonly root: string;
  readonly #mark = `E2E_MARK=${randomUUID()}`;
  readonly #programs: Program[] = [];
  readonly #servers: ServerProgram[] = [];
  #workers = 0;

  private constructor(root: string) {
    this.root = root;
  }

  static async make(): Promise<Programs> {
    return new Programs(await mkdtemp(join(tmpdir(), 'scitq-e2e-')));
  }

  /** A new, empty folder of the test. */
  async folder(name: string): Promise<string> {
    const path = join(this.root, name);
    await mkdir(path, { recursive: true });
    return path;
  }

  /** Resolves when it is ready. */
  async startServer(options: ServerOptions = {}): Promise<ServerProgram> {
    const data = options.data ?? join(this.root, `server-${this.#servers.length + 1}`);
    const port = options.port ?? (await stablePort());
    const server = new ServerProgram({ ...options, data, port }, (argv, env) => this.launch('scitq-server', argv, env));
    this.#servers.push(server);
    await server.start();
    return server;
  }

  /** Resolves when it is connected to the server. */
  async startWorker(server: ServerProgram, options: WorkerOptions = {}): Promise<WorkerProgram> {
    const worker = this.makeWorker(server, options);
    await worker.start();
    return worker;
  }

  /** One that is not started yet. */
  makeWorker(server: ServerProgram, options: WorkerOptions = {}): WorkerProgram {
    this.#workers += 1;
    const name = options.name ?? `worker${this.#workers}`;
    const data = options.data ?? join(this.root, name);
    return new WorkerProgram(server, { ...options, name, data }, (argv, env) => this.launch('scitq-worker', argv, env));
  }

  /** `scitq …`, to its end, as a user beside `server`, or without one. */
  async runCli(argv: readonly string[], options: RunOptions & { server?: ServerProgram } = {}): Promise<Finished> {
    return this.run('scitq', argv, options);
  }

  /** Any program, to its end. */
  async run(
    name: ProgramName,
    argv: readonly string[],
    { server, env, ...options }: RunOptions & { server?: ServerProgram } = {},
  ): Promise<Finished> {
    const beside = server === undefined ? {} : { SCITQ_DATA: server.data };
    return runToEnd(name, argv, this.#environment({ ...beside, ...env }), options);
  }

  /** Any program, as it is; resolves when its process runs. */
  async launch(name: ProgramName, argv: readonly string[], env: Record<string, string> = {}): Promise<Program> {
    const program = await Program.start(name, argv, this.#environment(env));
    this.#programs.push(program);
    return program;
  }

  /** All processes that descend from this test's programs and live. */
  async living(): Promise<FoundProcess[]> {
    return processesMarked(this.#mark);
  }

  /** What the programs wrote to stderr. */
  describe(): string {
    return this.#programs.map((program) => program.describe()).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.closeClient()));
    await Promise.all(this.#programs.map((program) => program.kill('SIGKILL')));
    await until(
      'nothing of the test is left running',
      () => this.#killLiving(),
      (left) => left === 0,
      20_000,
    );
    await rm(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  async #killLiving(): Promise<number> {
    const living = await this.living();
    for (const { pid } of living) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended since it was seen.
      }
    }
    return living.length;
  }

  /** Nothing of the tester's own scitq may be found, or change what a test sees. */
  #environment(own: Record<string, string>): NodeJS.ProcessEnv {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(SCITQ_|VITEST|NODE_|TEST$|E2E_)/.test(name));
    const [name = '', value = ''] = this.#mark.split('=');
    return { ...Object.fromEntries(inherited), SCITQ_DATA: join(this.root, 'nowhere'), [name]: value, ...own };
  }
}
