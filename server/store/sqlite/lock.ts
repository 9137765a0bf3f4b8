import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ScitqError } from '#core/contract/errors.ts';

/**
 * Makes this process the only server of the database until the lock is disposed of or the process ends, however it ends.
 * Throws UNAVAILABLE, with the process id of the other one, when there is another.
 *
 * The lock is a transaction held open on an empty database beside the real one: the operating system takes such a lock
 * back from a dead process, on every platform that SQLite runs on. The real one cannot be held so, because readers have
 * a connection of their own.
 */
export function lockDatabase(file: string): Disposable {
  const pidFile = `${file}.pid`;
  const holder = new Database(`${file}.lock`, { timeout: 0 });
  try {
    holder.exec('BEGIN EXCLUSIVE');
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch (error) {
    holder.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') throw inUse(file, pidFile);
    throw error;
  }
  return {
    [Symbol.dispose]() {
      rmSync(pidFile, { force: true });
      holder.close();
    },
  };
}

function inUse(file: string, pidFile: string): ScitqError {
  return new ScitqError('UNAVAILABLE', `Another scitq server (${ownerIn(pidFile)}) uses the database ${file}.`, {
    hint: 'Stop that server first, or start this one with another data folder (--data).',
  });
}

function ownerIn(pidFile: string): string {
  try {
    return `process ${readFileSync(pidFile, 'utf8').trim()}`;
  } catch {
    return 'just starting or stopping';
  }
}
