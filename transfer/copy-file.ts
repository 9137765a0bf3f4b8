import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm, symlink } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, raw, shown } from './byte-path.ts';
import { onPath, TransferError } from './transfer-error.ts';

const CHUNK = 2 << 20;

export interface CopyFileOptions {
  signal: AbortSignal | undefined;
  /** Called with the bytes of each piece that is written. */
  onBytes: (bytes: number) => void;
  /** Whether a link at `source` is followed; otherwise it is an error that it is one by now. */
  follow: boolean;
}

/**
 * Copies a file with its permissions and time of change. It appears at `target` whole or not at all, and replaces what
 * was there. Holds two pieces of 2 MiB in memory: one is read while the other is written.
 */
export async function copyFile(source: BytePath, target: BytePath, options: CopyFileOptions): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (options.follow ? 0 : constants.O_NOFOLLOW);
  await using from = await onPath('read', source, () => open(raw(source), flags));
  const found = await onPath('read', source, () => from.stat());
  if (!found.isFile())
    throw new TransferError('UNSUPPORTED', `${shown(source)} is not a file, and cannot be copied as one.`);
  await appearAt(target, async (part) => {
    // Not others' bits of the original that run programs as its owner.
    await using to = await onPath('write', target, () => open(raw(part), 'wx', found.mode & 0o777));
    await copyBytes({ from, to, source, target, piece: Math.min(CHUNK, found.size + 1) }, options);
    await onPath('write', target, () => to.utimes(found.atime, found.mtime));
  });
}

/** Makes a link that says `says`; replaces what was there. */
export async function makeLink(says: BytePath, target: BytePath): Promise<void> {
  await appearAt(target, (part) => onPath('write', target, () => symlink(raw(says), raw(part))));
}

/** Under a name of its own until it is whole, in the same folder, so that renaming is one step. */
async function appearAt(target: BytePath, make: (part: BytePath) => Promise<void>): Promise<void> {
  const part = posix.join(posix.dirname(target), `.scitq-${randomUUID()}.part`);
  try {
    await make(part);
    await onPath('write', target, () => rename(raw(part), raw(target)));
  } catch (error) {
    await rm(raw(part), { force: true }).catch(() => undefined);
    throw error;
  }
}

interface Copying {
  from: FileHandle;
  to: FileHandle;
  source: BytePath;
  target: BytePath;
  /** Bytes that are read at once; small for a small file, which has many companions. */
  piece: number;
}

async function copyBytes(
  { from, to, source, target, piece }: Copying,
  { signal, onBytes }: CopyFileOptions,
): Promise<void> {
  let buffer = Buffer.allocUnsafe(piece);
  let spare: typeof buffer | undefined;
  let writing: Promise<void> = Promise.resolve();
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await onPath('read', source, () => from.read(buffer, 0, piece, null));
      await writing;
      if (bytesRead === 0) return;
      const full = buffer.subarray(0, bytesRead);
      writing = onPath('write', target, () => to.writeFile(full)).then(() => onBytes(bytesRead));
      writing.catch(() => undefined);
      [buffer, spare] = [spare ?? Buffer.allocUnsafe(piece), buffer];
    }
  } finally {
    await writing.catch(() => undefined);
  }
}
