import { copyFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openSqliteStore } from './index.ts';
import { findMigrations, migrate } from './migrate.ts';
import { withFolder } from './test-folder.ts';

const unavailable = (message: RegExp, hint: RegExp) => ({
  report: { code: 'UNAVAILABLE', message: expect.stringMatching(message), hint: expect.stringMatching(hint) },
});

test('a database that is opened again keeps what it holds', async () => {
  await using folder = await withFolder();
  {
    await using store = await openSqliteStore({ file: folder.file });
    await store.write((tx) => tx.insertBatch('kept', 1));
  }
  await using again = await openSqliteStore({ file: folder.file });
  expect((await again.read.batches()).map(({ name }) => name)).toEqual(['kept']);
});

test('a new database may be read by its owner alone', async () => {
  await using folder = await withFolder();
  await using store = await openSqliteStore({ file: folder.file });
  await store.write((tx) => tx.insertBatch('secret', 1));
  const modes = await Promise.all(['', '-wal'].map(async (end) => (await stat(folder.file + end)).mode & 0o777));
  expect(modes).toEqual([0o600, 0o600]);
});

test('later migrations are applied to an existing database, each once', async () => {
  await using folder = await withFolder();
  await copyFile(join(findMigrations(), '0001_initial.sql'), join(folder.path, '0001_initial.sql'));
  await (await openSqliteStore({ file: folder.file, migrations: folder.path })).close();
  await writeFile(join(folder.path, '0002_note.sql'), 'CREATE TABLE note (text TEXT NOT NULL) STRICT;');
  await writeFile(join(folder.path, 'README.md'), 'not a migration');
  for (const _ of ['first', 'again'])
    await (await openSqliteStore({ file: folder.file, migrations: folder.path })).close();
  expect(inspect(folder.file, 'SELECT COUNT(*) AS value FROM note')).toBe(0);
  expect(inspect(folder.file, 'SELECT user_version AS value FROM pragma_user_version')).toBe(2);
});

test('a migration that fails leaves nothing of itself', async () => {
  await using folder = await withFolder();
  await writeFile(join(folder.path, '0001_good.sql'), 'CREATE TABLE good (id INTEGER) STRICT;');
  await writeFile(join(folder.path, '0002_bad.sql'), 'CREATE TABLE half (id INTEGER) STRICT; CREATE TABLE good (id);');
  const connection = new Database(folder.file);
  expect(() => migrate(connection, folder.path)).toThrow('good already exists');
  connection.close();
  expect(inspect(folder.file, "SELECT group_concat(name) AS value FROM sqlite_schema WHERE type = 'table'")).toBe(
    'good',
  );
  expect(inspect(folder.file, 'SELECT user_version AS value FROM pragma_user_version')).toBe(1);
});

test('a database of a newer scitq is refused and left as it is', async () => {
  await using folder = await withFolder();
  await (await openSqliteStore({ file: folder.file })).close();
  const connection = new Database(folder.file);
  connection.pragma('user_version = 7');
  connection.close();
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject(
    unavailable(/newer scitq: its schema is version 7, and this scitq knows versions up to 1/, /Install the newer/),
  );
  expect(inspect(folder.file, 'SELECT user_version AS value FROM pragma_user_version')).toBe(7);
});

test("another program's database is refused and left as it is", async () => {
  await using folder = await withFolder();
  const connection = new Database(folder.file);
  connection.exec('CREATE TABLE photos (id INTEGER)');
  connection.close();
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject(unavailable(/not one of scitq/, /--data/));
  expect(inspect(folder.file, 'SELECT group_concat(name) AS value FROM sqlite_schema')).toBe('photos');
});

test('a file that is no database is refused', async () => {
  await using folder = await withFolder();
  await writeFile(
    folder.file,
    'a letter to my mother, much longer than the header of a database would be. '.repeat(20),
  );
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject(unavailable(/not a database/, /--data/));
});

test('a folder that is not there is named', async () => {
  await using folder = await withFolder();
  const file = join(folder.path, 'missing', 'scitq.db');
  await expect(openSqliteStore({ file })).rejects.toMatchObject(
    unavailable(/missing, where the database belongs/, /Create it/),
  );
});

test('migrations must be numbered without a gap', async () => {
  await using folder = await withFolder();
  await writeFile(join(folder.path, '0002_second.sql'), 'SELECT 1;');
  const connection = new Database(':memory:');
  expect(() => migrate(connection, folder.path)).toThrow('0002_second.sql');
  connection.close();
});

/** Reads one value on a connection of the test's own. */
function inspect(file: string, sql: string): unknown {
  const connection = new Database(file, { readonly: true });
  try {
    return connection.prepare<[], { value: unknown }>(sql).get()?.value;
  } finally {
    connection.close();
  }
}
