import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ScitqError } from '#core/contract/errors.ts';
import type { Connection } from './connection.ts';

const MIGRATION_FILE = /^(\d{4})_[a-z0-9_]+\.sql$/;

/**
 * Brings the schema up to date: each file of `folder` that the database has not seen, in order, in a transaction of its
 * own together with the new version number (`user_version`).
 *
 * Throws UNAVAILABLE, having changed nothing, for a schema newer than the files and for a database that is not scitq's.
 */
export function migrate(connection: Connection, folder: string): void {
  const files = migrationFiles(folder);
  const version = versionOf(connection);
  if (version > files.length) {
    throw new ScitqError(
      'UNAVAILABLE',
      `The database ${connection.name} was made by a newer scitq: its schema is version ${version}, ` +
        `and this scitq knows versions up to ${files.length}. Nothing was changed.`,
      { hint: 'Install the newer scitq again, or start this one with another data folder (--data).' },
    );
  }
  if (version === 0 && hasTables(connection)) {
    throw new ScitqError(
      'UNAVAILABLE',
      `${connection.name} is a database, but not one of scitq. Nothing was changed.`,
      {
        hint: 'Start the server with another data folder (--data), or move that file away.',
      },
    );
  }
  for (const [index, file] of files.entries()) {
    if (index >= version) apply(connection, readFileSync(join(folder, file), 'utf8'), index + 1);
  }
}

/** The folder of the SQL files: beside the program when it is bundled, beside this folder in the sources. */
export function findMigrations(): string {
  const places = ['./migrations/', '../migrations/'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`the folder of the database's migrations is missing: ${places.join(', ')}`);
  return found;
}

function migrationFiles(folder: string): string[] {
  const files = readdirSync(folder)
    .filter((file) => MIGRATION_FILE.test(file))
    .sort();
  const misplaced = files.find((file, index) => Number(MIGRATION_FILE.exec(file)?.[1]) !== index + 1);
  if (files.length === 0 || misplaced !== undefined) {
    throw new Error(
      `the migrations in ${folder} must be numbered from 0001 without a gap (${misplaced ?? 'none found'})`,
    );
  }
  return files;
}

function apply(connection: Connection, sql: string, version: number): void {
  connection.transaction(() => connection.exec(sql).pragma(`user_version = ${version}`)).immediate();
}

function versionOf(connection: Connection): number {
  return connection.prepare<[], { user_version: number }>('PRAGMA user_version').get()?.user_version ?? 0;
}

function hasTables(connection: Connection): boolean {
  return connection.prepare<[], { name: string }>('SELECT name FROM sqlite_schema LIMIT 1').get() !== undefined;
}
