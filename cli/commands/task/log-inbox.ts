import type { LogPiece } from './log-reader.ts';

/** What came since the last look. */
export interface Received {
  /** A piece that may be written as it is, if it is the one that is due. */
  piece: LogPiece | undefined;
  /** More came than is kept here: read it by offset. */
  missed: boolean;
  /** Nothing more will come. */
  ended: boolean;
}

/**
 * Holds at most one pushed piece of a log; what comes beyond it is not kept but remembered as missed. So a reader that
 * is slower than the task makes nothing pile up.
 */
export class LogInbox {
  #piece: LogPiece | undefined;
  #missed = false;
  #ended = false;
  #busy = false;
  #failure: { error: unknown } | undefined;
  #news = Promise.withResolvers<void>();

  push(piece: LogPiece): void {
    if (this.#piece === undefined && !this.#busy && !this.#missed) this.#piece = piece;
    else this.#missed = true;
    this.#news.resolve();
  }

  /** There may be more than was pushed. */
  miss(): void {
    this.#missed = true;
    this.#news.resolve();
  }

  end(): void {
    this.#ended = true;
    this.#news.resolve();
  }

  fail(error: unknown): void {
    this.#failure = { error };
    this.#news.resolve();
  }

  /** Waits for news and takes them; until the next call pieces are not kept. @throws what {@link fail} was given. */
  async next(): Promise<Received> {
    this.#busy = false;
    if (this.#missed || this.#ended) this.#news.resolve();
    await this.#news.promise;
    this.#news = Promise.withResolvers();
    if (this.#failure !== undefined) throw this.#failure.error;
    const received: Received = { piece: this.#piece, missed: this.#missed, ended: this.#ended };
    this.#piece = undefined;
    this.#missed = false;
    this.#busy = true;
    return received;
  }
}
