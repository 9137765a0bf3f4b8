import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Client } from '#client/connect.ts';
import { connect } from '#client/connect.ts';
import { readLocalServer } from '#client/local.ts';
import type { Ended, Program } from './program.ts';

export interface ServerOptions {
  /** Default: a new folder of the test. */
  data?: string;
  /** Default: a free one that stays the same over restarts. */
  port?: number;
  /** Also a worker on this machine, with so many tasks at once. */
  workers?: number;
  env?: Record<string, string>;
  flags?: readonly string[];
}

export type Launch = (argv: readonly string[], env: Record<string, string>) => Promise<Program>;

/** A scitq-server over a data folder, which can be killed and started again; the port and the client stay. */
export class ServerProgram {
  readonly data: string;
  readonly port: number;
  readonly #options: ServerOptions;
  readonly #launch: Launch;
  #program: Program | undefined;
  #client: Client | undefined;
  #tokens: { admin: string; enrol: string } | undefined;

  constructor(options: ServerOptions & { data: string; port: number }, launch: Launch) {
    this.data = options.data;
    this.port = options.port;
    this.#options = options;
    this.#launch = launch;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The process that runs now, or ran last. */
  get program(): Program {
    return this.#program ?? unready();
  }

  /** As administrator, over the token that the server keeps in its data folder. */
  get api(): Client['api'] {
    return this.#client?.api ?? unready();
  }

  get adminToken(): string {
    return this.#tokens?.admin ?? unready();
  }

  get enrolToken(): string {
    return this.#tokens?.enrol ?? unready();
  }

  /** Resolves when the server is ready. Rejects with what it wrote when it ends instead. */
  async start(): Promise<void> {
    const { workers, flags = [], env = {} } = this.#options;
    const local = workers === undefined ? [] : ['--workers', String(workers)];
    const argv = ['--port', String(this.port), '--data', this.data, '--json', ...local, ...flags];
    this.#program = await this.#launch(argv, env);
    await this.#program.untilPrinted(/^\{"address":.*\}\n/m, 'stdout');
    if (this.#client !== undefined) return;
    const { adminToken, enrolToken } = (await readLocalServer(this.data)) ?? {};
    if (adminToken === undefined || enrolToken === undefined) throw new Error(`${this.data} holds no tokens`);
    this.#tokens = { admin: adminToken, enrol: enrolToken };
    this.#client = connect({ address: this.address, token: adminToken, timeout: 30_000 });
  }

  /** Resolves when the process has ended. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
    return this.program.kill(signal);
  }

  async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.kill(signal);
    await this.start();
  }

  async closeClient(): Promise<void> {
    await this.#client?.close();
  }
}

/**
 * A free port below those that the system gives to outgoing connections: while a server is down, one of its clients
 * that asks again could otherwise be given the server's own port.
 */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    probe.close();
    await once(probe, 'close');
    return port;
  }
}

function unready(): never {
  throw new Error('the server has not been started');
}
