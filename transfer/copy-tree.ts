import { mkdir, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, raw, shown } from './byte-path.ts';
import { copyFile, makeLink } from './copy-file.ts';
import { onPath } from './transfer-error.ts';
import { type Entry, walk } from './walk.ts';

/** In bytes. `done` can pass `total` where a file grows meanwhile. */
export interface Progress {
  done: number;
  total: number;
}

export interface TransferOptions {
  /** Breaks the transfer off: it rejects with the signal's reason, and leaves no half file. */
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

export interface TransferResult {
  files: number;
  bytes: number;
  /** What was left out and why, for a person; the first hundred. */
  skipped: string[];
}

/** One of the things that a transfer copies: a file, or all that is below the folder `path`. */
export interface Source {
  kind: 'file' | 'folder';
  /** A real path for a folder. */
  path: BytePath;
  /** Where it goes, relative to the target; '' for the target itself. */
  relative: BytePath;
  /** Bytes, of a file. */
  size: number;
}

const AT_ONCE = 8;
const LISTED = 100;

/**
 * Copies what `sources` names, called twice: to know how much there is, and to copy it. Links that lead out of a
 * folder are never made; the file behind one is copied if `outsideLinks` says so.
 */
export async function copyAll(
  sources: () => AsyncIterable<Source>,
  target: BytePath,
  outsideLinks: 'copy' | 'leave-out',
  { signal, onProgress }: TransferOptions,
): Promise<TransferResult> {
  const result: TransferResult = { files: 0, bytes: 0, skipped: [] };
  const progress: Progress = { done: 0, total: 0 };
  for await (const { entry } of entriesOf(sources, outsideLinks)) {
    signal?.throwIfAborted();
    if (entry.kind === 'file') progress.total += entry.size;
  }
  onProgress?.({ ...progress });
  const onBytes = (bytes: number) => {
    progress.done += bytes;
    result.bytes += bytes;
    onProgress?.({ ...progress });
  };
  const skip = (what: string) => {
    if (result.skipped.length < LISTED) result.skipped.push(what);
  };

  const copying = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const { entry, path, goesTo, follow } of entriesOf(sources, outsideLinks)) {
    if (failure !== undefined || signal?.aborted) break;
    const to = goesTo === '' ? target : posix.join(target, goesTo);
    switch (entry.kind) {
      case 'folder':
        await onPath('write', to, () => mkdir(raw(to), { recursive: true }));
        break;
      case 'link':
        await makeLink(entry.target, to);
        break;
      case 'outside-link':
        skip(`${shown(entry.relative)} is a link to ${shown(entry.target)}, outside the folder`);
        break;
      case 'special':
        skip(`${shown(entry.relative)} is no file, folder or link`);
        break;
      case 'file': {
        const copy: Promise<void> = copyFile(path, to, { signal, onBytes, follow })
          .then(() => {
            result.files++;
          })
          .catch((error: unknown) => {
            failure ??= { error };
          })
          .finally(() => copying.delete(copy));
        copying.add(copy);
        if (copying.size >= AT_ONCE) await Promise.race(copying);
      }
    }
  }
  await Promise.all(copying);
  signal?.throwIfAborted();
  if (failure !== undefined) throw failure.error;
  return result;
}

interface Step {
  entry: Entry;
  path: BytePath;
  goesTo: BytePath;
  follow: boolean;
}
