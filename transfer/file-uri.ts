import { parseUri } from '#core/uri/uri.ts';
import { type BytePath, bytePath } from './byte-path.ts';
import { TransferError } from './transfer-error.ts';

export interface FilePlace {
  path: BytePath;
  isFolder: boolean;
}

/** The place on this machine that a `file://` URI names. Throws TransferError UNSUPPORTED for any other. */
export function filePlace(text: string): FilePlace {
  const parsed = parseUri(text);
  if (!parsed.ok) throw new TransferError('UNSUPPORTED', `"${text}", column ${parsed.column}: ${parsed.message}.`);
  const { protocol, options, path, actions, isFolder } = parsed.uri;
  if (protocol !== 'file') {
    throw new TransferError('UNSUPPORTED', `"${text}": ${protocol}:// is not supported here. Known: file://.`);
  }
  const extra = [...options.map((option) => `@${option}`), ...actions.map(({ kind }) => `|${kind}`)];
  if (extra.length > 0) {
    throw new TransferError(
      'UNSUPPORTED',
      `"${text}": ${extra.join(' ')} is not supported with file:// here. Leave it out.`,
    );
  }
  return { path: bytePath(path), isFolder };
}
