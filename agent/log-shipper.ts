import { closeSync, openSync, readSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { LogChunk, LogsAnswer } from '#core/contract/agent.ts';
import { MAX_LOG_CHUNK_BYTES } from '#core/contract/agent.ts';
import type { ExecutionId } from '#core/task/ids.ts';

/** What one request carries at most, in bytes before base64; this bounds the agent's memory for logs. */
const MAX_REQUEST = 1 << 20;
const MAX_CHUNKS = 500;
/** A command that ends sooner than this is not watched while it runs: its log goes in one piece at its end. */
const WATCH_AFTER = 200;
/** While a command prints, its log is sent this often at most, in milliseconds. */
const SHIP_EVERY = 100;

type Stream = LogChunk['stream'];
const STREAMS: readonly Stream[] = ['stdout', 'stderr'];

interface Tail {
  folder: string;
  /** What the server has of each stream. */
  sent: Record<Stream, number>;
  stopWatching: () => void;
}

/**
 * Sends what commands print from their files to the server, in order and once, however often the connection breaks.
 * One request is under way at a time and each is bounded, so that a chatty task holds up neither memory nor others.
 */
export class LogShipper {
  readonly #send: (chunks: LogChunk[]) => Promise<LogsAnswer>;
  readonly #tails = new Map<ExecutionId, Tail>();
  readonly #dirty = new Set<ExecutionId>();
  #pump: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (chunks: LogChunk[]) => Promise<LogsAnswer>) {
    this.#send = send;
  }

  /** Follows the log files in `folder`, from what the server has of them on. */
  track(id: ExecutionId, folder: string, sent: Record<Stream, number> = { stdout: 0, stderr: 0 }): void {
    const known = this.#tails.get(id);
    if (known !== undefined) {
      known.sent = { ...sent };
      return;
    }
    const watching = setTimeout(() => this.#watch(id), WATCH_AFTER);
    this.#tails.set(id, { folder, sent: { ...sent }, stopWatching: () => clearTimeout(watching) });
  }

  /** The server knows better what it has: after a broken connection, or for a successor of a dead agent. */
  resume(id: ExecutionId, sent: Record<Stream, number>): void {
    const tail = this.#tails.get(id);
    if (tail !== undefined) tail.sent = { ...sent };
  }

  forget(id: ExecutionId): void {
    this.#tails.get(id)?.stopWatching();
    this.#tails.delete(id);
    this.#dirty.delete(id);
  }

  /** Resolves when the server has all that these executions have printed. Rejects when it cannot be reached. */
  async drain(ids: readonly ExecutionId[]): Promise<void> {
    for (;;) {
      const behind = ids.filter((id) => this.#isBehind(id));
      if (behind.length === 0) return;
      for (const id of behind) this.#dirty.add(id);
      await this.#run();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const { stopWatching } of this.#tails.values()) stopWatching();
  }

  #watch(id: ExecutionId): void {
    const tail = this.#tails.get(id);
    if (tail === undefined) return;
    const watcher = watch(tail.folder, { persistent: false }, () => this.#touch(id));
    watcher.on('error', () => watcher.close());
    tail.stopWatching = () => watcher.close();
    this.#touch(id);
  }

  #touch(id: ExecutionId): void {
    this.#dirty.add(id);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      // When the server is away the logs wait in their files, and go with the next drain or change.
      this.#run().catch(() => undefined);
    }, SHIP_EVERY);
  }

  #isBehind(id: ExecutionId): boolean {
    const tail = this.#tails.get(id);
    return tail !== undefined && STREAMS.some((stream) => sizeOf(tail.folder, stream) > tail.sent[stream]);
  }

  #run(): Promise<void> {
    this.#pump ??= this.#shipDirty().finally(() => {
      this.#pump = undefined;
    });
    return this.#pump;
  }

  async #shipDirty(): Promise<void> {
    while (this.#dirty.size > 0) {
      const chunks = this.#nextChunks();
      if (chunks.length === 0) continue;
      const { sizes } = await this.#send(chunks);
      chunks.forEach(({ executionId, stream }, index) => {
        const tail = this.#tails.get(executionId);
        const size = sizes[index];
        if (tail === undefined) return;
        // A stream of an execution that is closed at the server counts as sent.
        tail.sent[stream] = size ?? Number.POSITIVE_INFINITY;
      });
    }
  }

  /** Takes from the dirty executions in turn until the request is full; what is done is dirty no more. */
  #nextChunks(): LogChunk[] {
    const chunks: LogChunk[] = [];
    let room = MAX_REQUEST;
    for (const executionId of [...this.#dirty]) {
      const tail = this.#tails.get(executionId);
      this.#dirty.delete(executionId);
      if (tail === undefined) continue;
      let left = false;
      for (const stream of STREAMS) {
        const offset = tail.sent[stream];
        if (!Number.isFinite(offset)) continue;
        const data = readFrom(join(tail.folder, stream), offset, Math.min(room, MAX_LOG_CHUNK_BYTES));
        if (data.length === 0) continue;
        room -= data.length;
        left = true;
        chunks.push({ executionId, stream, offset, data: data.toString('base64') });
      }
      // Goes to the back: there may be more, and others wait.
      if (left) this.#dirty.add(executionId);
      if (room < MAX_LOG_CHUNK_BYTES || chunks.length >= MAX_CHUNKS) break;
    }
    return chunks;
  }
}

function sizeOf(folder: string, stream: Stream): number {
  return statSync(join(folder, stream), { throwIfNoEntry: false })?.size ?? 0;
}

function readFrom(path: string, offset: number, limit: number): Buffer {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const length = Math.min(limit, size - offset);
  if (length <= 0) return Buffer.alloc(0);
  const file = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, offset));
  } finally {
    closeSync(file);
  }
}
