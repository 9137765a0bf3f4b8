import { realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import { bytePath, raw, shown } from './byte-path.ts';
import { copyAll, type Source, type TransferOptions, type TransferResult } from './copy-tree.ts';
import { filePlace } from './file-uri.ts';
import { hasGlob } from './glob.ts';
import { makeFolder } from './make-folder.ts';
import { onPath, TransferError } from './transfer-error.ts';
import { isWithin } from './walk.ts';

/**
 * Copies all that `folder` holds into the folder that `uri` names, with or without a slash at its end; it is made if
 * need be, and files of the same names are replaced.
 *
 * A task wrote `folder`, and must not have anything read that it could not read itself: links that lead out of it are
 * left out and listed, whatever they lead to.
 *
 * Rejects with TransferError, or with the reason of `options.signal`.
 */
export async function put(folder: string, uri: string, options: TransferOptions = {}): Promise<TransferResult> {
  options.signal?.throwIfAborted();
  const { path } = filePlace(uri);
  if (hasGlob(path)) throw new TransferError('UNSUPPORTED', `"${uri}": a place to write to cannot have a * in it.`);
  const target = posix.resolve(path);
  const from = bytePath(posix.resolve(folder));
  const source = await onPath('read', from, () => realpath(raw(from), { encoding: 'latin1' }));
  await makeFolder(target);
  const realTarget = await onPath('write', target, () => realpath(raw(target), { encoding: 'latin1' }));
  if (isWithin(source, realTarget)) {
    throw new TransferError(
      'UNSUPPORTED',
      `${shown(source)} cannot be copied into ${shown(realTarget)}, which lies in it.`,
    );
  }
  return copyAll(() => only({ kind: 'folder', path: source, relative: '', size: 0 }), target, 'leave-out', options);
}

async function* only(source: Source): AsyncGenerator<Source> {
  yield source;
}
