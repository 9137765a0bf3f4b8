import Database from 'better-sqlite3';
import { ScitqError } from '#core/contract/errors.ts';

/** Result codes of SQLite by their beginning (extended codes append to it), and what they mean to who runs the server. */
const FAILURES: readonly { code: string; message: (file: string) => string; hint: string }[] = [
  {
    code: 'SQLITE_FULL',
    message: (file) => `The disk that holds the database ${file} is full. Nothing of this request was stored.`,
    hint: 'Free some space on that disk, then send the request again.',
  },
  {
    code: 'SQLITE_IOERR',
    message: (file) => `The disk refused to read or write the database ${file}. Nothing of this request was stored.`,
    hint: "Check the disk's space, quota and health (`df`, `dmesg`), then send the request again.",
  },
  {
    code: 'SQLITE_BUSY',
    message: (file) => `Another program holds the database ${file} locked.`,
    hint: 'Close programs that have opened the database by themselves (sqlite3, a backup), then try again.',
  },
  {
    code: 'SQLITE_CORRUPT',
    message: (file) => `The database ${file} is damaged.`,
    hint: 'Stop the server, keep a copy of the data folder, and put back a backup.',
  },
  {
    code: 'SQLITE_NOTADB',
    message: (file) => `${file} is not a database of scitq.`,
    hint: 'Start the server with another data folder (--data), or move that file away.',
  },
  {
    code: 'SQLITE_READONLY',
    message: (file) => `The database ${file} may not be written by this user.`,
    hint: 'Give the user who runs the server the right to write the data folder and its files.',
  },
  {
    code: 'SQLITE_CANTOPEN',
    message: (file) => `The database ${file} cannot be opened.`,
    hint: 'Check that the data folder exists and that the user who runs the server may write there.',
  },
];

/** A failure of the disk or of the database file as UNAVAILABLE, in words; anything else as it is. */
export function explainFailure(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const { code, message: detail } = error;
  const known = FAILURES.find((failure) => code.startsWith(failure.code));
  if (known === undefined) return error;
  return new ScitqError('UNAVAILABLE', `${known.message(file)} (${detail}, ${code})`, { hint: known.hint });
}
