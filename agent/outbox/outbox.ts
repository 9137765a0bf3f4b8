import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Journal, openJournal } from './journal.ts';
import { parseStored, type Restored, restore, type Stored } from './outbox-records.ts';

/**
 * Reports on their way to the server: numbered from 1 without a gap, in a journal on disk until the server has
 * acknowledged them, delivered in order.
 *
 *     add ──► journalled ──► pending() ──► sent ──► acknowledged() ──► gone at the next compaction
 *
 * A report is shown by `pending` only once it is in the journal: had the server seen number 7 and the agent died
 * before writing it, a later report would get that number again and be taken for a repetition.
 */
export interface Outbox<R> {
  /**
   * Names this run of numbers. It changes when numbers may have been forgotten: a new or damaged journal, or a
   * restarted machine (a power cut can take the last seconds). The server counts per worker and id.
   */
  readonly id: string;
  readonly nextSeq: number;
  /** How many reports can still be added. */
  readonly room: number;
  /** Numbers the report and has it written with all others of this turn. Throws OutboxFull when `room` is 0. */
  add(report: R): number;
  /** Resolves when all that was added so far is in the journal; rejects (JournalError) when it can't be written. */
  flushed(): Promise<void>;
  /** The oldest journalled reports that are not acknowledged, at most `limit`. */
  pending(limit: number): { seq: number; report: R }[];
  /** The server has all up to `seq`. Throws RangeError for a number not given out yet: see `skipTo`. */
  acknowledged(seq: number): void;
  /**
   * The server has seen up to `seq` under this id, more than this outbox ever gave out: what is pending is numbered
   * anew from `seq + 1`. Not while a delivery is under way.
   */
  skipTo(seq: number): Promise<void>;
  /** Calls `listener` after reports became pending, once per write. Returns what ends it. */
  onPending(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface OutboxOptions<R> {
  folder: string;
  parse: (value: unknown) => R;
  /** Reports kept at most; the agent takes no work that it would have no room to report on. */
  maxPending: number;
  /** Something that changes when the machine restarts. */
  bootId: string;
  /** Compact when the journal has grown beyond this, in bytes. */
  compactAt?: number;
}

export interface OpenedOutbox<R> {
  outbox: Outbox<R>;
  warning?: string;
}

export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
}

const COMPACT_AT = 4 << 20;
const RETRY_MS = 2_000;

/** Opens the outbox in `folder`, or makes it. `warning` is for the operator: part of the journal was unreadable. */
export async function openOutbox<R>(options: OutboxOptions<R>): Promise<OpenedOutbox<R>> {
  const restored: Restored<R> = { id: undefined, bootId: undefined, reports: [], firstSeq: 1 };
  const opened = await openJournal<Stored>({
    path: join(options.folder, 'outbox.journal'),
    parse: (value) => {
      const record = parseStored(value);
      restore(restored, record, options.parse);
      return record;
    },
  });
  const sameRun = restored.bootId === options.bootId && opened.warning === undefined;
  const id = sameRun && restored.id !== undefined ? restored.id : randomUUID();
  const outbox = new JournalledOutbox<R>(opened.journal, options, id, restored);
  if (id !== restored.id) await outbox.renumber(1);
  return opened.warning === undefined ? { outbox } : { outbox, warning: opened.warning };
}

/** Reports that are written by one write of the journal. */
interface Group {
  written: Promise<void>;
  upTo: number;
}

class JournalledOutbox<R> implements Outbox<R> {
  readonly id: string;
  readonly #journal: Journal<Stored>;
  readonly #options: OutboxOptions<R>;
  readonly #listeners = new Set<() => void>();
  /** `#reports[#head]` has number `#firstSeq`; what stands before it is acknowledged. */
  #reports: R[];
  #head = 0;
  #firstSeq: number;
  #lastJournalled: number;
  #acknowledgementUnwritten = false;
  /** The file lacks reports or has old numbers: nothing may be appended until it has been rewritten whole. */
  #incomplete = false;
  #group: Group | undefined;
  #lastWrite: Promise<void> = Promise.resolve();
  #rewriting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #compactAt: number;

  constructor(journal: Journal<Stored>, options: OutboxOptions<R>, id: string, restored: Restored<R>) {
    this.id = id;
    this.#journal = journal;
    this.#options = options;
    this.#reports = restored.reports;
    this.#firstSeq = restored.firstSeq;
    this.#lastJournalled = this.nextSeq - 1;
    this.#compactAt = options.compactAt ?? COMPACT_AT;
  }

  get nextSeq(): number {
    return this.#firstSeq + this.#reports.length - this.#head;
  }

  get room(): number {
    return Math.max(0, this.#options.maxPending - (this.#reports.length - this.#head));
  }

  add(report: R): number {
    if (this.room === 0) {
      throw new OutboxFull(
        `${this.#options.maxPending} reports wait for the server and no more fit. The worker takes no further work until the server is back.`,
      );
    }
    const seq = this.nextSeq;
    this.#reports.push(report);
    if (this.#incomplete) this.#rewriteSoon();
    else this.#append(seq, report);
    return seq;
  }

  flushed(): Promise<void> {
    return this.#lastWrite;
  }

  pending(limit: number): { seq: number; report: R }[] {
    const count = Math.max(0, Math.min(limit, this.#lastJournalled + 1 - this.#firstSeq));
    const reports = this.#reports.slice(this.#head, this.#head + count);
    return reports.map((report, index) => ({ seq: this.#firstSeq + index, report }));
  }

  acknowledged(seq: number): void {
    if (seq >= this.nextSeq) {
      throw new RangeError(`Report ${seq} was acknowledged, but the next one to be added is ${this.nextSeq}.`);
    }
    if (seq < this.#firstSeq) return;
    this.#head += seq + 1 - this.#firstSeq;
    this.#firstSeq = seq + 1;
    this.#acknowledgementUnwritten = true;
    if (this.#head > 1024 && this.#head * 2 > this.#reports.length) {
      this.#reports = this.#reports.slice(this.#head);
      this.#head = 0;
    }
    if (this.#journal.bytes > this.#compactAt) this.#rewriteSoon();
  }

  async skipTo(seq: number): Promise<void> {
    if (seq < this.nextSeq) {
      throw new RangeError(`The numbers up to ${this.nextSeq - 1} are taken; skipping to ${seq} would use some again.`);
    }
    await this.renumber(seq + 1);
  }

  /** Numbers what is pending from `firstSeq`; the file has old numbers until it has been rewritten. */
  async renumber(firstSeq: number): Promise<void> {
    await this.#rewriting?.catch(() => undefined);
    this.#firstSeq = firstSeq;
    this.#lastJournalled = firstSeq - 1;
    this.#incomplete = true;
    this.#rewriteSoon();
    await this.#lastWrite;
  }

  onPending(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#listeners.clear();
    clearTimeout(this.#retry);
    await this.#lastWrite.catch(() => undefined);
    await this.#rewriting?.catch(() => undefined);
    clearTimeout(this.#retry);
    if (this.#acknowledgementUnwritten && !this.#incomplete) this.#appendAcknowledgement();
    await this.#journal.close();
  }

  #append(seq: number, report: R): void {
    if (this.#acknowledgementUnwritten) this.#appendAcknowledgement();
    const written = this.#journal.append({ kind: 'report', seq, report });
    if (this.#group?.written === written) {
      this.#group.upTo = seq;
      return;
    }
    const group: Group = { written, upTo: seq };
    this.#group = group;
    this.#track(
      written.then(
        () => this.#journalled(group.upTo),
        (error) => {
          this.#incomplete = true;
          this.#retryLater();
          throw error;
        },
      ),
    );
  }

  /** An acknowledgement that is lost costs a repeated delivery, which the server recognises by its number. */
  #appendAcknowledgement(): void {
    this.#acknowledgementUnwritten = false;
    this.#journal.append({ kind: 'acknowledged', seq: this.#firstSeq - 1 }).catch(() => undefined);
  }

  #journalled(upTo: number): void {
    if (upTo <= this.#lastJournalled) return;
    this.#lastJournalled = upTo;
    for (const listener of this.#listeners) listener();
  }

  #track(write: Promise<void>): void {
    this.#lastWrite = write;
    write.catch(() => undefined);
  }

  /** Compacts, and mends a journal that lacks reports. */
  #rewriteSoon(): void {
    if (this.#rewriting !== undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#rewriting = this.#rewrite().finally(() => {
      this.#rewriting = undefined;
    });
    if (this.#incomplete) this.#track(this.#rewriting);
    else this.#rewriting.catch(() => undefined);
  }

  async #rewrite(): Promise<void> {
    try {
      const upTo = this.nextSeq - 1;
      await this.#journal.rewrite(this.#live());
      this.#journalled(upTo);
      if (this.#incomplete) await this.#appendAfter(upTo);
      this.#compactAt = Math.max(this.#options.compactAt ?? COMPACT_AT, this.#journal.bytes * 4);
    } catch (error) {
      this.#compactAt = Math.max(this.#compactAt, this.#journal.bytes * 2);
      if (this.#incomplete) this.#retryLater();
      throw error;
    }
  }

  /** The file is whole up to `seq`; what was added while it was rewritten follows. */
  async #appendAfter(seq: number): Promise<void> {
    this.#incomplete = false;
    const added = this.#reports.slice(this.#head + seq + 1 - this.#firstSeq);
    for (const [index, report] of added.entries()) this.#append(seq + 1 + index, report);
    if (added.length > 0) await this.#group?.written;
  }

  /** A full disk gets room again when a task's folder goes; nobody may come by to notice. */
  #retryLater(): void {
    this.#retry ??= setTimeout(() => this.#rewriteSoon(), RETRY_MS);
  }

  #live(): Stored[] {
    const acknowledged = this.#firstSeq - 1;
    const reports = this.#reports.slice(this.#head);
    this.#acknowledgementUnwritten = false;
    return [
      { kind: 'opened', id: this.id, bootId: this.#options.bootId, acknowledged },
      ...reports.map((report, index): Stored => ({ kind: 'report', seq: this.#firstSeq + index, report })),
    ];
  }
}
