import { ftruncateSync, writeSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeRecord, readRecords } from './journal-format.ts';

/** A journal could not be written. Nothing that was resolved before is lost; what was rejected is not in the file. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
}

export interface JournalOptions<T> {
  path: string;
  /** Turns a stored value into a record; throws for one that is none. */
  parse: (value: unknown) => T;
  /**
   * Wait for the disk as well. Without it an appended record survives the death of the process, but a power cut may
   * take the last seconds.
   */
  fdatasync?: boolean;
}

/** `warning` is for the operator: part of the file was unreadable, was it moved aside, and what follows from that. */
export interface OpenedJournal<T> {
  journal: Journal<T>;
  records: T[];
  warning?: string;
}

interface Batch {
  text: string;
  written: PromiseWithResolvers<void>;
}

/**
 * Opens the journal at `path`, or makes it (folder 0700, file 0600). A torn last record is cut off; other damage is
 * moved to `<path>.damaged` with a warning, and what stands before it is kept. One process may have it open.
 */
export async function openJournal<T>(options: JournalOptions<T>): Promise<OpenedJournal<T>> {
  const { path } = options;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(newPath(path), { force: true });
  const file = await readIfThere(path);
  const { records, goodBytes, soundness, reason } = readRecords(file, options.parse);
  let warning: string | undefined;
  if (soundness === 'damaged') {
    const aside = await moveAside(path, file.subarray(goodBytes));
    warning = `The journal ${path} was damaged: ${reason}. The ${records.length} records before it are kept; the other ${file.length - goodBytes} bytes were moved to ${aside}. Check the disk of this machine.`;
  }
  if (goodBytes < file.length) await truncate(path, goodBytes);
  const handle = await open(path, 'a', 0o600);
  const journal = new Journal<T>(path, handle, goodBytes, options.fdatasync ?? false);
  return warning === undefined ? { journal, records } : { journal, records, warning };
}

export class Journal<T> {
  readonly #path: string;
  readonly #fdatasync: boolean;
  #handle: FileHandle;
  #bytes: number;
  #batch: Batch | undefined;
  #rewriting: Promise<void> | undefined;
  #unsynced: Batch[] = [];
  #syncing: Promise<void> | undefined;
  #closed = false;

  /** Use {@link openJournal}. */
  constructor(path: string, handle: FileHandle, bytes: number, fdatasync: boolean) {
    this.#path = path;
    this.#handle = handle;
    this.#bytes = bytes;
    this.#fdatasync = fdatasync;
  }

  /** Size of the file, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Appends a record. What is appended in one turn of the event loop is written by one `write` and shares one
   * promise, which resolves once it is there and rejects with JournalError when none of it is.
   */
  append(record: T): Promise<void> {
    if (this.#closed) throw new JournalError(`The journal ${this.#path} is closed.`);
    const line = encodeRecord(record);
    if (this.#batch === undefined) {
      this.#batch = { text: '', written: Promise.withResolvers() };
      setImmediate(() => this.#flush());
    }
    this.#batch.text += line;
    return this.#batch.written.promise;
  }

  /**
   * Replaces the file by one that holds `live` alone: a new file, flushed to the disk, renamed over the old one.
   * Records appended while it runs come after `live`. When it rejects (JournalError), nothing is lost either way.
   * One at a time: throws JournalError while another runs.
   */
  async rewrite(live: readonly T[]): Promise<void> {
    if (this.#closed) throw new JournalError(`The journal ${this.#path} is closed.`);
    if (this.#rewriting !== undefined) throw new JournalError(`The journal ${this.#path} is already being rewritten.`);
    this.#flush();
    this.#rewriting = this.#replaceBy(live).finally(() => {
      this.#rewriting = undefined;
      this.#flush();
    });
    await this.#rewriting;
  }

  /** Writes what is appended, then closes the file. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#rewriting?.catch(() => undefined);
    this.#flush();
    await this.#syncing;
    await this.#handle.close();
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined || this.#rewriting !== undefined) return;
    this.#batch = undefined;
    try {
      this.#bytes += this.#writeAll(Buffer.from(batch.text));
    } catch (error) {
      batch.written.reject(writeFailed(this.#path, error));
      return;
    }
    if (!this.#fdatasync) {
      batch.written.resolve();
      return;
    }
    this.#unsynced.push(batch);
    this.#syncing ??= this.#syncWritten().finally(() => {
      this.#syncing = undefined;
    });
  }

  /** Writing to the page cache takes microseconds, less than handing it to another thread would. */
  #writeAll(data: Buffer): number {
    let done = 0;
    try {
      while (done < data.length) done += writeSync(this.#handle.fd, data, done);
    } catch (error) {
      if (done > 0) ftruncateSync(this.#handle.fd, this.#bytes);
      throw error;
    }
    return done;
  }

  /** One fdatasync for all that was written while the one before it ran. */
  async #syncWritten(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const batches = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#handle.datasync();
        for (const batch of batches) batch.written.resolve();
      } catch (error) {
        for (const batch of batches) batch.written.reject(writeFailed(this.#path, error));
      }
    }
  }

  async #replaceBy(live: readonly T[]): Promise<void> {
    const target = newPath(this.#path);
    try {
      const bytes = await writeWhole(target, live);
      const handle = await open(target, 'a', 0o600);
      await this.#syncing;
      await rename(target, this.#path);
      const old = this.#handle;
      this.#handle = handle;
      this.#bytes = bytes;
      await old.close();
      await syncFolder(dirname(this.#path));
    } catch (error) {
      await rm(target, { force: true });
      throw writeFailed(this.#path, error);
    }
  }
}

async function writeWhole(path: string, live: readonly unknown[]): Promise<number> {
  await using handle = await open(path, 'w', 0o600);
  let bytes = 0;
  let text = '';
  for (const record of live) {
    text += encodeRecord(record);
    if (text.length > 1 << 20) {
      bytes += await writeText(handle, text);
      text = '';
    }
  }
  bytes += await writeText(handle, text);
  await handle.sync();
  return bytes;
}

async function writeText(handle: FileHandle, text: string): Promise<number> {
  const data = Buffer.from(text);
  await handle.writeFile(data);
  return data.length;
}

/** Without this a power cut could undo the rename. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}

/** Keeps up to ten damaged pieces; the tenth name is used again after that. */
async function moveAside(path: string, rest: Buffer): Promise<string> {
  for (let n = 1; ; n++) {
    const aside = n === 1 ? `${path}.damaged` : `${path}.${n}.damaged`;
    try {
      await using handle = await open(aside, n < 10 ? 'wx' : 'w', 0o600);
      await handle.writeFile(rest);
      await handle.sync();
      return aside;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
    }
  }
}

function newPath(path: string): string {
  return `${path}.new`;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function writeFailed(path: string, error: unknown): JournalError {
  const why = error instanceof Error ? error.message : String(error);
  const cure = isErrno(error, 'ENOSPC') ? 'Free some space on that disk' : 'Check that disk and the permissions';
  return new JournalError(`The journal ${path} could not be written (${why}). ${cure}; the agent tries again.`, {
    cause: error,
  });
}
