import type { FileHandle } from 'node:fs/promises';
import { mkdir, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionId } from '#core/task/ids.ts';

export type Stream = 'stdout' | 'stderr';

/** Files kept open between chunks; the one not written for longest is closed when there would be more. */
const MAX_OPEN_FILES = 256;

interface OpenFile {
  handle: Promise<FileHandle>;
  size: number;
  /** The opening, or the last write; the next waits for it. */
  tail: Promise<void>;
  /** Writes that wait or are under way. */
  writing: number;
  unsynced: boolean;
}

/**
 * What executions print, one file a stream, appended by offset so that a chunk that is sent twice is stored once.
 * Readers read the files at their own pace and are told when there is more: a slow one holds up nothing.
 */
export class LogFiles {
  readonly #folder: string;
  readonly #open = new Map<string, OpenFile>();
  readonly #closing = new Map<string, Promise<void>>();
  readonly #listeners = new Map<ExecutionId, Set<() => void>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Stores what of `data` is not stored yet and returns the size of the stream. A chunk that begins beyond the end
   * is not stored: the size tells its sender where to go on.
   */
  async append(id: ExecutionId, stream: Stream, offset: number, data: Buffer): Promise<number> {
    // Nothing is awaited before the write has its place in the row: pieces are stored in the order they are given.
    const key = keyOf(id, stream);
    const file = this.#file(key, id, stream);
    file.writing += 1;
    const write = file.tail.then(async () => {
      const known = file.size - offset;
      if (known < 0 || known >= data.length) return;
      const handle = await file.handle;
      const fresh = data.subarray(known);
      // A disk that runs full takes a part; the size tells the sender to send the rest again.
      const { bytesWritten } = await handle.write(fresh, 0, fresh.length, file.size);
      file.size += bytesWritten;
      file.unsynced = true;
    });
    file.tail = write
      .catch(() => undefined)
      .finally(() => {
        file.writing -= 1;
      });
    await write;
    this.#tell(id);
    return file.size;
  }

  /** Bytes stored of a stream. */
  async size(id: ExecutionId, stream: Stream): Promise<number> {
    const file = this.#open.get(keyOf(id, stream));
    if (file !== undefined) {
      await file.tail;
      return file.size;
    }
    const found = await stat(this.#path(id, stream)).catch(ifMissing);
    return found?.size ?? 0;
  }

  /** Puts on disk what these executions have printed so far and closes their files: called before they are shown as ended. */
  async settle(ids: readonly ExecutionId[]): Promise<void> {
    const keys = ids.flatMap((id) => [keyOf(id, 'stdout'), keyOf(id, 'stderr')]);
    await Promise.all(keys.map((key) => this.#closeFile(key)));
  }

  /** Up to `limit` bytes from `offset`; a negative offset counts from the end. */
  async read(id: ExecutionId, stream: Stream, offset: number, limit: number) {
    const size = await this.size(id, stream);
    const start = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
    const length = Math.min(limit, size - start);
    if (length === 0) return { data: Buffer.alloc(0), offset: start, size };
    const handle = await open(this.#path(id, stream), 'r');
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, start);
      return { data: buffer.subarray(0, bytesRead), offset: start, size };
    } finally {
      await handle.close();
    }
  }

  /** Calls back whenever an execution has printed more; returns the way to stop that. */
  onAppend(id: ExecutionId, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(id);
    };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((key) => this.#closeFile(key)));
  }

  #tell(id: ExecutionId): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }

  #file(key: string, id: ExecutionId, stream: Stream): OpenFile {
    const known = this.#open.get(key);
    if (known !== undefined) {
      // Moves it to the young end of the map, which is in order of use.
      this.#open.delete(key);
      this.#open.set(key, known);
      return known;
    }
    this.#closeOldest();
    const folder = this.#folderOf(id);
    const before = this.#closing.get(key) ?? Promise.resolve();
    const handle = before
      .then(() => mkdir(folder, { recursive: true }))
      .then(() => openForOffsets(this.#path(id, stream)));
    const file: OpenFile = { handle, size: 0, unsynced: false, writing: 0, tail: Promise.resolve() };
    file.tail = handle.then(async (opened) => {
      file.size = (await opened.stat()).size;
    });
    file.tail.catch(() => {
      if (this.#open.get(key) === file) this.#open.delete(key);
    });
    this.#open.set(key, file);
    return file;
  }

  /** One that is being written stays: what is open beyond the limit is as much as is written at once. */
  #closeOldest(): void {
    if (this.#open.size < MAX_OPEN_FILES) return;
    for (const [key, file] of this.#open) {
      if (file.writing > 0) continue;
      this.#closeFile(key).catch(() => undefined);
      return;
    }
  }

  /** Resolves when what was written is on disk. A write that comes meanwhile opens the file again, after that. */
  async #closeFile(key: string): Promise<void> {
    const file = this.#open.get(key);
    if (file === undefined) return this.#closing.get(key);
    this.#open.delete(key);
    const closing = this.#syncAndClose(file);
    this.#closing.set(key, closing);
    try {
      await closing;
    } finally {
      if (this.#closing.get(key) === closing) this.#closing.delete(key);
    }
  }

  async #syncAndClose(file: OpenFile): Promise<void> {
    await file.tail;
    const handle = await file.handle;
    try {
      if (file.unsynced) await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  /** A thousand executions a folder, so that no folder grows without end. */
  #folderOf(id: ExecutionId): string {
    return join(this.#folder, String(Math.floor(id / 1_000)));
  }

  #path(id: ExecutionId, stream: Stream): string {
    return join(this.#folderOf(id), `${id}.${stream}`);
  }
}

function keyOf(id: ExecutionId, stream: Stream): string {
  return `${id}.${stream}`;
}

/** For writing at given offsets: 'r+' wants the file to exist, 'a' would ignore the offset. */
async function openForOffsets(path: string): Promise<FileHandle> {
  return open(path, 'r+').catch((error: unknown) => {
    if (isMissing(error)) return open(path, 'w+');
    throw error;
  });
}

function ifMissing(error: unknown): undefined {
  if (!isMissing(error)) throw error;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
