import type { ServerMessage } from '#core/contract/agent.ts';

/** More than this many unsent messages means that the agent does not read; it is cut off, and says hello again. */
const MAX_QUEUED = 20_000;

/**
 * One agent's open subscription: a bounded queue between what the server has to say and the connection. Ends when the
 * connection does, when a newer session of the same worker replaces it, or when the agent reads too slowly.
 */
export class Session {
  #queue: ServerMessage[] = [];
  #wake: (() => void) | undefined;
  #ended = false;
  readonly #over = Promise.withResolvers<void>();

  /** Resolves when it has ended. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  push(message: ServerMessage): void {
    if (this.#ended) return;
    this.#queue.push(message);
    if (this.#queue.length > MAX_QUEUED) this.end();
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#over.resolve();
    this.#wake?.();
  }

  /** What to send, in order, in as few pieces as there are at the time. Ends with the session or with `signal`. */
  async *messages(signal: AbortSignal): AsyncGenerator<ServerMessage[], void, void> {
    const onAbort = () => this.end();
    signal.addEventListener('abort', onAbort);
    try {
      while (!this.#ended && !signal.aborted) {
        const messages = this.#queue;
        if (messages.length > 0) {
          this.#queue = [];
          yield messages;
          continue;
        }
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
        this.#wake = undefined;
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}
