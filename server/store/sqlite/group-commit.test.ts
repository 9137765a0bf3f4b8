import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BatchId } from '#core/task/ids.ts';
import { newTask } from '../conformance/sample.ts';
import type { Change, Transaction } from '../store.ts';
import type { Connection } from './connection.ts';
import { openWriter } from './connection.ts';
import { GroupCommit } from './group-commit.ts';
import { findMigrations, migrate } from './migrate.ts';
import { withFolder } from './test-folder.ts';
import { makeWriteStatements } from './write-statements.ts';

// A disk that fills up, made by a limit on the number of pages: SQLite reports it as it does ENOSPC, from the statement
// that needed the page, and like there it may give up the whole transaction.

let folder: Awaited<ReturnType<typeof withFolder>>;
let connection: Connection;
let commits: GroupCommit;

beforeEach(async () => {
  folder = await withFolder();
  connection = openWriter(folder.file);
  migrate(connection, findMigrations());
  commits = new GroupCommit(connection, makeWriteStatements(connection));
});

afterEach(async () => {
  await commits.close();
  connection.close();
  await folder[Symbol.asyncDispose]();
});

const full = { report: { code: 'UNAVAILABLE', message: expect.stringContaining('is full'), hint: expect.any(String) } };

test('units of one turn are one commit, and heard of at once', async () => {
  const heard: number[] = [];
  commits.onCommit((changes) => heard.push(changes.length));
  const publish = async (tx: Transaction) => {
    const { id: batchId, name, paused } = await tx.insertBatch(`batch ${Math.random()}`, 1);
    tx.publish({ kind: 'batch', batchId, name, paused });
  };
  await Promise.all([commits.write(publish), commits.write(publish), commits.write(publish)]);
  await commits.write(publish);
  expect(heard).toEqual([3, 1]);
});

test('a group that takes long lets the server do something else before the rest of it', async () => {
  const events: string[] = [];
  const slow = commits.write(async () => {
    const end = performance.now() + 60;
    while (performance.now() < end);
    setImmediate(() => events.push('something else'));
    events.push('slow unit');
  });
  const next = commits.write(async () => events.push('next unit'));
  await Promise.all([slow, next]);
  expect(events).toEqual(['slow unit', 'something else', 'next unit']);
});

test('a full disk refuses what does not fit, with the reason, and the rest goes on once there is space', async () => {
  const { id: batchId } = await commits.write((tx) => tx.insertBatch('Default', 1));
  setMaxPages(pages() + 4);
  const results = await Promise.allSettled([
    commits.write((tx) => insert(tx, batchId, 1)),
    commits.write((tx) => insert(tx, batchId, 5_000)),
    commits.write((tx) => insert(tx, batchId, 1)),
  ]);
  expect(results[1]).toMatchObject({ status: 'rejected', reason: full });
  const acknowledged = results.filter(({ status }) => status === 'fulfilled').length;
  expect(taskCount()).toBe(acknowledged);
  setMaxPages(1_000_000);
  await commits.write((tx) => insert(tx, batchId, 5_000));
  expect(taskCount()).toBe(acknowledged + 5_000);
});

test('a transaction that the database gave up takes its whole group with it, even if a unit hid the error', async () => {
  const { id: batchId } = await commits.write((tx) => tx.insertBatch('Default', 1));
  const heard: Change[] = [];
  commits.onCommit((changes) => heard.push(...changes));
  const results = await Promise.allSettled([
    commits.write(async (tx) => {
      await insert(tx, batchId, 1);
      tx.publish({ kind: 'batch', batchId, name: 'lost', paused: false });
    }),
    // What SQLite does by itself after some failures of the disk.
    commits.write(async () => connection.exec('ROLLBACK')),
    commits.write((tx) => insert(tx, batchId, 1)),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(taskCount()).toBe(1);
  expect(heard).toEqual([]);
});

test('when not even a transaction can begin, every unit is told so', async () => {
  const { id: batchId } = await commits.write((tx) => tx.insertBatch('Default', 1));
  connection.pragma('busy_timeout = 0');
  const other = openWriter(folder.file);
  other.exec('BEGIN IMMEDIATE');
  const locked = { report: { code: 'UNAVAILABLE', message: expect.stringContaining('locked') } };
  const results = await Promise.allSettled([1, 2].map(() => commits.write((tx) => insert(tx, batchId, 1))));
  expect(results).toMatchObject([
    { status: 'rejected', reason: locked },
    { status: 'rejected', reason: locked },
  ]);
  other.exec('ROLLBACK');
  other.close();
  await commits.write((tx) => insert(tx, batchId, 1));
  expect(taskCount()).toBe(1);
});

function insert(tx: Transaction, batchId: BatchId, count: number): Promise<unknown> {
  return tx.insertTasks(Array.from({ length: count }, () => newTask(batchId, { command: 'x'.repeat(200) })));
}

function taskCount(): number | undefined {
  return connection.prepare<[], { count: number }>('SELECT COUNT(*) AS count FROM task').get()?.count;
}

function pages(): number {
  return connection.prepare<[], { page_count: number }>('PRAGMA page_count').get()?.page_count ?? 0;
}

function setMaxPages(count: number): void {
  connection.pragma(`max_page_count = ${count}`);
}
