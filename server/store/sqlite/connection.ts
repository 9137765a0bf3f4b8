import Database from 'better-sqlite3';

export type Connection = Database.Database;

/** How long to wait for other programs (a backup, the sqlite3 shell) that hold the file, in milliseconds. */
const BUSY_TIMEOUT = 5_000;

/** The connection that writes. There is one in the process, and one process (lock.ts). */
export function openWriter(file: string): Connection {
  const connection = new Database(file, { timeout: BUSY_TIMEOUT });
  connection.pragma('journal_mode = WAL');
  // A commit is on the disk, not only with the operating system, before it is acknowledged.
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  // 16 MiB of pages; more is no faster. No mmap: it would count as the server's memory, and the system caches the file.
  connection.pragma('cache_size = -16384');
  connection.pragma('temp_store = MEMORY');
  // Pages of hot rows are written back once for many commits: 4,000 pages are 16 MiB of log.
  connection.pragma('wal_autocheckpoint = 4000');
  connection.pragma('journal_size_limit = 67108864');
  return connection;
}

/** Sees what is committed, whatever transaction the writer is in. The writer must have been opened before. */
export function openReader(file: string): Connection {
  const connection = new Database(file, { readonly: true, timeout: BUSY_TIMEOUT });
  connection.pragma('cache_size = -8192');
  connection.pragma('temp_store = MEMORY');
  return connection;
}
