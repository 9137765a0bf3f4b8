import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const MIGRATIONS = fileURLToPath(new URL('../../server/store/migrations/', import.meta.url));

/**
 * A database with the tables and indexes of the server, as durable as the server's (a commit has reached the disk when
 * it returns), and nothing else of it: what references are measured on.
 */
export function openPlainDatabase(file: string): Database.Database {
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('cache_size = -16384');
  for (const name of readdirSync(MIGRATIONS).sort()) database.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
  return database;
}

/** Puts `count` tasks in, in durable transactions of `perCommit`; their ids are 1 to `count`. */
export function insertTasks(
  database: Database.Database,
  count: number,
  perCommit: number,
  command: (index: number) => string,
): void {
  const at = Date.now();
  database.prepare("INSERT OR IGNORE INTO batch (id, name, created_at) VALUES (1, 'Default', ?)").run(at);
  const insert = database.prepare<[name: string, command: string, created: number, modified: number, changed: number]>(
    `INSERT INTO task (batch_id, status, priority, retry, name, command, created_at, modified_at, status_at)
     VALUES (1, 'P', 0, 0, ?, ?, ?, ?, ?)`,
  );
  const insertSome = database.transaction((from: number, to: number) => {
    for (let index = from; index < to; index += 1) insert.run(nameOf(index), command(index), at, at, at);
  });
  for (let from = 0; from < count; from += perCommit) insertSome(from, Math.min(count, from + perCommit));
}

/** As each of a user's many tasks has: a name of its own. */
export function nameOf(index: number): string {
  return `sample-${String(index).padStart(6, '0')}`;
}
