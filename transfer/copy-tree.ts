import { stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, raw, shown } from './byte-path.ts';
import { copyFile, makeLink } from './copy-file.ts';
import { makeFolder } from './make-folder.ts';
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
  const failures: unknown[] = [];
  const copy = (path: BytePath, to: BytePath, follow: boolean) => {
    const copied: Promise<void> = copyFile(path, to, { signal, onBytes, follow })
      .then(() => {
        result.files++;
      })
      .catch((error: unknown) => {
        failures.push(error);
      })
      .finally(() => copying.delete(copied));
    copying.add(copied);
  };
  try {
    for await (const { entry, path, goesTo, follow } of entriesOf(sources, outsideLinks)) {
      if (failures.length > 0 || signal?.aborted) break;
      const to = goesTo === '' ? target : posix.join(target, goesTo);
      if (entry.kind === 'folder') await makeFolder(to);
      else if (entry.kind === 'link') await makeLink(entry.target, to);
      else if (entry.kind === 'special') skip(`${shown(entry.relative)} is no file, folder or link`);
      else if (entry.kind === 'file') copy(path, to, follow);
      else skip(`${shown(entry.relative)} is a link to ${shown(entry.target)}, outside its folder`);
      if (copying.size >= AT_ONCE) await Promise.race(copying);
    }
  } finally {
    await Promise.all(copying);
  }
  signal?.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  return result;
}

interface Step {
  entry: Entry;
  path: BytePath;
  goesTo: BytePath;
  follow: boolean;
}

async function* entriesOf(
  sources: () => AsyncIterable<Source>,
  outsideLinks: 'copy' | 'leave-out',
): AsyncGenerator<Step> {
  for await (const source of sources()) {
    const { path, relative } = source;
    if (source.kind === 'file') {
      const folder = posix.dirname(relative);
      if (folder !== '.') yield { entry: { kind: 'folder', relative: folder }, path, goesTo: folder, follow: false };
      yield { entry: { kind: 'file', relative, size: source.size }, path, goesTo: relative, follow: true };
      continue;
    }
    yield { entry: { kind: 'folder', relative }, path, goesTo: relative, follow: false };
    for await (const entry of walk(path)) {
      const from = posix.join(path, entry.relative);
      const goesTo = posix.join(relative, entry.relative);
      const size = entry.kind === 'outside-link' && outsideLinks === 'copy' ? await fileSize(from) : undefined;
      if (size === undefined) yield { entry, path: from, goesTo, follow: false };
      else yield { entry: { kind: 'file', relative: entry.relative, size }, path: from, goesTo, follow: true };
    }
  }
}

/** Undefined where the link leads to no file. */
async function fileSize(link: BytePath): Promise<number | undefined> {
  const found = await stat(raw(link)).catch(() => undefined);
  return found?.isFile() ? found.size : undefined;
}
