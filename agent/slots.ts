/** A counting gate whose width can change: at most `width` are inside, the others wait in order. */
export class Slots {
  #width: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(width: number) {
    this.#width = width;
  }

  get isFree(): boolean {
    return this.#inside < this.#width;
  }

  /** Lowering it sends nobody out. */
  resize(width: number): void {
    this.#width = width;
    this.#admit();
  }

  /** Resolves inside. Rejects with the signal's reason, still outside, when `signal` aborts first. */
  async enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.isFree && this.#waiting.size === 0) {
      this.#inside += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      this.#waiting.delete(resolve);
      reject(signal.reason);
    };
    this.#waiting.add(resolve);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Inside at once, whatever the width: for a command that runs already. */
  enterAnyway(): void {
    this.#inside += 1;
  }

  leave(): void {
    this.#inside -= 1;
    this.#admit();
  }

  #admit(): void {
    for (const admit of this.#waiting) {
      if (!this.isFree) return;
      this.#waiting.delete(admit);
      this.#inside += 1;
      admit();
    }
  }
}
