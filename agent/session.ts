import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '#client/connect.ts';
import { backoff, connect } from '#client/connect.ts';
import { toScitqError } from '#client/error.ts';
import type { ServerMessage } from '#core/contract/agent.ts';
import type { ScitqError } from '#core/contract/errors.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import type { Capacity } from './identity.ts';

export interface SessionOptions {
  /** Asked before each connection. */
  address: () => Promise<string>;
  token: string;
  version: string;
  outbox: string;
  /** Told to the server once, at the first hello. */
  capacity: Capacity | undefined;
  /** What the agent holds at the time of each new connection. */
  holding: () => ExecutionId[];
  onMessage: (message: ServerMessage, client: Client) => Promise<void>;
  onDisconnected: () => void;
  /** The server does not accept this agent: no use in trying again. */
  onRefused: (error: ScitqError) => void;
}

/**
 * The connection to the server, made anew with growing pauses whenever it breaks. Each one begins with a hello that
 * says what the agent holds at that moment, so nothing has to be remembered from one connection to the next.
 */
export class AgentSession {
  readonly #options: SessionOptions;
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #capacity: Capacity | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#capacity = options.capacity;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      if (await this.#connection()) failures = 0;
      this.#options.onDisconnected();
      await delay(backoff(failures), undefined, { signal: this.#stop.signal }).catch(() => undefined);
      failures = Math.min(failures + 1, 10);
    }
  }

  /** Lives as long as one connection does; says whether it came to a hello. */
  async #connection(): Promise<boolean> {
    const { address, token, version, outbox, holding, onMessage, onRefused } = this.#options;
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    let greeted = false;
    let heartbeat: NodeJS.Timeout | undefined;
    const client = connect({ address: await address(), token, socket: 'everything', onSocketClose: close });
    const onStop = () => close();
    this.#stop.signal.addEventListener('abort', onStop);
    let handled: Promise<void> = Promise.resolve();
    const handle = async (messages: readonly ServerMessage[]) => {
      for (const message of messages) {
        if (message.kind === 'hello') {
          greeted = true;
          this.#capacity = undefined;
          heartbeat = setInterval(() => client.api.agent.heartbeat.mutate().catch(close), message.heartbeat);
        }
        await onMessage(message, client);
      }
    };
    const subscription = client.api.agent.session.subscribe(
      { holding: holding(), outbox, version, ...(this.#capacity && { capacity: this.#capacity }) },
      {
        onData: (messages) => {
          handled = handled.then(() => handle(messages)).catch(close);
        },
        onError: (error) => {
          const { report } = toScitqError(error);
          if (report.code === 'UNAUTHENTICATED' || report.code === 'UNKNOWN_WORKER' || report.code === 'FORBIDDEN') {
            onRefused(toScitqError(error));
          }
          close();
        },
        onComplete: close,
      },
    );
    await closed;
    this.#stop.signal.removeEventListener('abort', onStop);
    clearInterval(heartbeat);
    subscription.unsubscribe();
    await client.close();
    await handled;
    return greeted;
  }
}
