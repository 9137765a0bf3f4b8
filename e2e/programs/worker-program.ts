import type { Ended, Program } from './program.ts';
import type { Launch, ServerProgram } from './server-program.ts';

export interface WorkerOptions {
  name?: string;
  /** Default: a new folder of the test. */
  data?: string;
  batch?: string;
  concurrency?: number;
  prefetch?: number;
  /** Seconds that running commands get at SIGTERM. */
  drain?: number;
  env?: Record<string, string>;
  flags?: readonly string[];
}

/** A scitq-worker over a folder of its own, which can be killed and started again as the same worker. */
export class WorkerProgram {
  readonly name: string;
  readonly data: string;
  readonly #server: ServerProgram;
  readonly #options: WorkerOptions;
  readonly #launch: Launch;
  #program: Program | undefined;

  constructor(server: ServerProgram, options: WorkerOptions & { name: string; data: string }, launch: Launch) {
    this.name = options.name;
    this.data = options.data;
    this.#server = server;
    this.#options = options;
    this.#launch = launch;
  }

  /** The process that runs now, or ran last. */
  get program(): Program {
    if (this.#program === undefined) throw new Error('the worker has not been started');
    return this.#program;
  }

  /** Resolves when the process runs, which need not reach its server. */
  async spawn(): Promise<Program> {
    const { batch, concurrency, prefetch, drain, flags = [], env = {} } = this.#options;
    const given = { batch, concurrency, prefetch, drain };
    const options = Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}`, String(value)],
    );
    const argv = ['--server', this.#server.address, '--data', this.data, '--name', this.name, ...options, ...flags];
    this.#program = await this.#launch(argv, { SCITQ_ENROL_TOKEN: this.#server.enrolToken, ...env });
    return this.#program;
  }

  /** Resolves when it is connected to its server. */
  async start(): Promise<void> {
    const program = await this.spawn();
    await program.untilPrinted(/"msg":"connected"/, 'stderr');
  }

  /** Resolves when the process has ended; the commands that it runs go on. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    return this.program.kill(signal);
  }

  async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.kill(signal);
    await this.start();
  }
}
