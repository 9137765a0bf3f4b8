import { realpath, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { type BytePath, bytePath, raw, shown } from './byte-path.ts';
import { copyAll, type Source, type TransferOptions, type TransferResult } from './copy-tree.ts';
import { type FilePlace, filePlace } from './file-uri.ts';
import { expandGlob, hasGlob } from './glob.ts';
import { makeFolder } from './make-folder.ts';
import { onPath, TransferError } from './transfer-error.ts';
import { isWithin } from './walk.ts';

/**
 * Copies what `uri` names into `folder`, which is made if need be:
 *
 *     file:///data/a.fastq      the file
 *     file:///data/run1/        what the folder holds, with all folders below
 *     file:///data/run*\/a.*     what matches; it keeps the path below the last folder without a `*`
 *
 * A link that is named is followed. In a folder, links within it stay links; files behind links that lead out of it
 * are copied, other such links are left out and listed.
 *
 * Rejects with TransferError (NOT_FOUND also when nothing matches), or with the reason of `options.signal`.
 */
export async function get(uri: string, folder: string, options: TransferOptions = {}): Promise<TransferResult> {
  options.signal?.throwIfAborted();
  const place = filePlace(uri);
  const target = bytePath(posix.resolve(folder));
  await makeFolder(target);
  const realTarget = await onPath('write', target, () => realpath(raw(target), { encoding: 'latin1' }));
  const sources = hasGlob(place.path) ? () => matching(place, uri) : () => named(place);
  return copyAll(() => outside(realTarget, sources()), target, 'copy', options);
}

async function* named({ path, isFolder }: FilePlace): AsyncGenerator<Source> {
  const source = await sourceAt(path, isFolder ? '' : posix.basename(path));
  if (source.kind === 'folder' && !isFolder) {
    throw new TransferError(
      'UNSUPPORTED',
      `${shown(path)} is a folder. To fetch all that it holds, end it with a slash: file://${shown(path)}/`,
    );
  }
  if (source.kind === 'file' && isFolder) {
    throw new TransferError('NOT_FOUND', `${shown(path)} is a file and no folder. Leave out the slash at its end.`);
  }
  yield source;
}

async function* matching({ path }: FilePlace, uri: string): AsyncGenerator<Source> {
  let found = false;
  for await (const match of expandGlob(path)) {
    found = true;
    yield await sourceAt(match.path, match.relative);
  }
  if (found) return;
  const what = path.endsWith('/') ? 'folder' : 'file';
  throw new TransferError(
    'NOT_FOUND',
    `No ${what} on this machine matches ${uri}. Check the path; it is looked for where the task runs.`,
  );
}

async function sourceAt(path: BytePath, relative: BytePath): Promise<Source> {
  const found = await onPath('read', path, () => stat(raw(path)));
  if (found.isFile()) return { kind: 'file', path: path.replace(/\/+$/, ''), relative, size: found.size };
  if (!found.isDirectory()) {
    throw new TransferError('UNSUPPORTED', `${shown(path)} is neither a file nor a folder, and cannot be copied.`);
  }
  const real = await onPath('read', path, () => realpath(raw(path), { encoding: 'latin1' }));
  return { kind: 'folder', path: real, relative, size: 0 };
}

/** A folder that is copied into itself would never end. */
async function* outside(target: BytePath, sources: AsyncIterable<Source>): AsyncGenerator<Source> {
  for await (const source of sources) {
    if (source.kind === 'folder' && isWithin(source.path, target)) {
      throw new TransferError(
        'UNSUPPORTED',
        `${shown(source.path)} cannot be copied into ${shown(target)}, which lies in it.`,
      );
    }
    yield source;
  }
}
