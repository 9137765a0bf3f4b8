import type { Command } from 'commander';
import type { connect } from '#client/connect.ts';
import type { FoundServer } from './connection/find-server.ts';
import { findServer } from './connection/find-server.ts';
import { CliError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';
import { DEFAULT_TIMEOUT, readGlobalOptions } from './global-options.ts';
import { colourAllowed } from './output/colour.ts';
import type { Output } from './output/output.ts';
import { makeOutput } from './output/select-output.ts';

type Connection = ReturnType<typeof connect>;
export type Api = Connection['api'];

/** One run of one action: its options, its output, and the connection that it opens when it needs one. */
export class Session implements AsyncDisposable {
  readonly options: GlobalOptions;
  readonly output: Output;
  readonly program: string;
  #connection: Connection | undefined;
  #server: FoundServer | undefined;

  constructor(program: string, options: GlobalOptions) {
    this.program = program;
    this.options = options;
    this.output = makeOutput(options.mode, {
      program,
      stdout: process.stdout,
      stderr: process.stderr,
      header: options.header,
      long: options.long,
      columns: options.columns,
      colour: colourAllowed(process.stdout, process.env),
      now: Date.now,
    });
  }

  /** The server that was found; undefined before {@link api} was first called. */
  get server(): FoundServer | undefined {
    return this.#server;
  }

  /** Somebody reads the notes, so progress may be drawn on standard error. */
  get interactive(): boolean {
    return this.options.mode === 'table' && process.stderr.isTTY;
  }

  /** The server's API; connects on first use. @throws CliError when no server is to be found. */
  async api(): Promise<Api> {
    if (this.#connection === undefined) {
      const [{ connect }, { defaultDataFolder, readLocalServer }, { sendHttp }] = await Promise.all([
        import('#client/connect.ts'),
        import('#client/local.ts'),
        import('./connection/send-http.ts'),
      ]);
      const { server, token, timeout } = this.options;
      this.#server = await findServer({
        server,
        token,
        env: process.env,
        dataFolder: defaultDataFolder(),
        readLocal: readLocalServer,
      });
      this.#connection = connect({
        address: this.#server.address,
        // Without one the server says what to do about it.
        token: this.#server.token ?? '',
        timeout: (timeout ?? DEFAULT_TIMEOUT) * 1_000,
        sendHttp,
      });
    }
    return this.#connection.api;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection?.close();
  }
}

/** What an action does; the number is its exit code. */
export type Action<Options> = (session: Session, options: Options, operands: string[]) => Promise<number>;

/**
 * Gives a command its action. `Options` is what the command's own options parse to; commander keeps them untyped, and
 * this is the one place where they get their type.
 */
export function setAction<Options>(command: Command, action: Action<Options>): Command {
  return command.action(async function () {
    const program = rootName(this);
    await using session = new Session(program, readGlobalOptions(this));
    try {
      process.exitCode = await action(session, this.opts<never>(), this.args);
    } catch (error) {
      throw await withAddress(error, session.server);
    }
  });
}

function rootName(command: Command): string {
  let at = command;
  while (at.parent !== null) at = at.parent;
  return at.name();
}

/** Says which server could not be reached. */
async function withAddress(error: unknown, server: FoundServer | undefined): Promise<unknown> {
  if (server === undefined || error instanceof CliError) return error;
  const { toScitqError } = await import('#client/error.ts');
  const { report } = toScitqError(error);
  if (report.code !== 'UNAVAILABLE') return error;
  const start =
    server.local === undefined ? 'SCITQ_SERVER or --server names another' : '`scitq server` starts one here';
  return new CliError('UNAVAILABLE', report.message, `Is a server running at ${server.address}? ${start}`);
}
