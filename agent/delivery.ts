import { setTimeout as delay } from 'node:timers/promises';
import { backoff } from '#client/connect.ts';
import type { ReportRecord, ReportsAnswer } from '#core/contract/agent.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import type { Progress } from '#core/task/report.ts';
import type { Outbox } from './outbox/outbox.ts';

export interface OutgoingReport {
  executionId: ExecutionId;
  /** The agent's clock, milliseconds since the epoch. */
  at: number;
  progress: Progress;
}

const MAX_REPORTS = 2_000;
/**
 * Between the starts of two requests of a worker that is busy all the same, in milliseconds: while short commands end
 * one after another, several share a request, a commit at the server and its answer.
 */
const PACE = 10;

/**
 * Takes reports from the outbox to the server, in order, one request at a time. Before the end of an execution is
 * reported, all it printed has arrived. What fails is tried again, after growing pauses or with the next connection.
 */
export class Delivery {
  readonly #outbox: Outbox<OutgoingReport>;
  readonly #drainLogs: (ids: readonly ExecutionId[]) => Promise<void>;
  readonly #send: (reports: ReportRecord[]) => Promise<ReportsAnswer>;
  readonly #onClosed: (reports: readonly OutgoingReport[]) => void;
  readonly #onRefused: (ids: readonly ExecutionId[]) => void;
  readonly #isBusy: () => boolean;
  #connected = false;
  #run: Promise<void> | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: {
    outbox: Outbox<OutgoingReport>;
    drainLogs: (ids: readonly ExecutionId[]) => Promise<void>;
    send: (reports: ReportRecord[]) => Promise<ReportsAnswer>;
    /** The server has the end of these. */
    onClosed: (reports: readonly OutgoingReport[]) => void;
    /** The server does not want these. */
    onRefused: (ids: readonly ExecutionId[]) => void;
    /** Whether the worker has no room for more before a command ends: what it reports can wait a moment. */
    isBusy: () => boolean;
  }) {
    this.#outbox = options.outbox;
    this.#drainLogs = options.drainLogs;
    this.#send = options.send;
    this.#onClosed = options.onClosed;
    this.#onRefused = options.onRefused;
    this.#isBusy = options.isBusy;
    this.#outbox.onPending(() => this.#wake());
  }

  /** The server has reports up to `lastSeq`; the rest goes now. */
  async connected(lastSeq: number): Promise<void> {
    await this.#run?.catch(() => undefined);
    if (lastSeq >= this.#outbox.nextSeq) await this.#outbox.skipTo(lastSeq);
    else this.#outbox.acknowledged(lastSeq);
    this.#connected = true;
    this.#wake();
  }

  disconnected(): void {
    this.#connected = false;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#failures = 0;
  }

  /** Resolves when all is delivered, or a request has failed. */
  async flush(): Promise<void> {
    await this.#outbox.flushed();
    this.#wake();
    await this.#run;
  }

  #wake(): void {
    if (!this.#connected || this.#run !== undefined || this.#retry !== undefined) return;
    this.#run = this.#deliver()
      .then(
        () => {
          this.#failures = 0;
        },
        () => this.#tryAgainLater(),
      )
      .finally(() => {
        this.#run = undefined;
        if (this.#outbox.pending(1).length > 0) this.#wake();
      });
  }

  /** The connection may well stand: a server whose disk is full answers, but cannot take what it is told. */
  #tryAgainLater(): void {
    if (!this.#connected) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#wake();
    }, backoff(this.#failures));
    this.#failures += 1;
  }

  async #deliver(): Promise<void> {
    while (this.#connected && this.#outbox.pending(1).length > 0) {
      const early = this.#sentAt + PACE - performance.now();
      if (early > 0 && this.#isBusy()) await delay(early);
      this.#sentAt = performance.now();
      const pending = this.#outbox.pending(MAX_REPORTS);
      const ending = pending.map(({ report }) => report).filter(({ progress }) => endsExecution(progress));
      await this.#drainLogs(ending.map(({ executionId }) => executionId));
      const { lastSeq, refused } = await this.#send(pending.map(({ seq, report }) => ({ seq, ...report })));
      this.#outbox.acknowledged(lastSeq);
      this.#onClosed(ending);
      if (refused.length > 0) this.#onRefused(refused.map(({ executionId }) => executionId));
    }
  }
}

function endsExecution({ kind }: Progress): boolean {
  return kind === 'succeeded' || kind === 'failed' || kind === 'returned';
}
