import { closeSync, existsSync, mkdtempSync, openSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ScitqError } from '#core/contract/errors.ts';
import type { Store } from '../store.ts';
import type { Connection } from './connection.ts';
import { openReader, openWriter } from './connection.ts';
import { explainFailure } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { lockDatabase } from './lock.ts';
import { findMigrations, migrate } from './migrate.ts';
import { makeReader } from './reader.ts';
import { makeWriteStatements } from './write-statements.ts';

export interface SqliteOptions {
  /** Path of the database, created (mode 0600) when it is not there; `:memory:` for one that is gone after `close`. */
  file: string;
  /** The folder of the migrations, where it is neither beside the program nor in the sources. */
  migrations?: string | undefined;
}

/**
 * Opens the store, with its schema brought up to date. Throws UNAVAILABLE when another server uses the database, when
 * it was made by a newer scitq, is not scitq's, or cannot be read and written.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  using opening = new DisposableStack();
  const file = options.file === ':memory:' ? temporaryFile(opening) : options.file;
  try {
    const path = prepareFile(file);
    opening.use(lockDatabase(path));
    const writer = opening.adopt(openWriter(path), closeConnection);
    migrate(writer, options.migrations ?? findMigrations());
    const reader = opening.adopt(openReader(path), closeConnection);
    const commits = new GroupCommit(writer, makeWriteStatements(writer));
    const read = makeReader(reader);
    const opened = opening.move();
    const close = async () => {
      await commits.close();
      opened.dispose();
    };
    return {
      write: (unit) => commits.write(unit),
      onCommit: (listener) => commits.onCommit(listener),
      read,
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    throw explainFailure(error, file);
  }
}

/** Readers see nothing of a database in memory (they have a connection of their own), so even that one is a file. */
function temporaryFile(cleanUp: DisposableStack): string {
  const folder = mkdtempSync(join(tmpdir(), 'scitq-store-'));
  cleanUp.defer(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'scitq.db');
}

/**
 * Creates the file for this user alone (it holds what users gave their tasks in `env`), and returns its one true path,
 * by which two servers that came by different links notice each other.
 */
function prepareFile(file: string): string {
  const folder = dirname(file);
  if (!existsSync(folder)) {
    throw new ScitqError('UNAVAILABLE', `The folder ${folder}, where the database belongs, does not exist.`, {
      hint: 'Create it, or choose another data folder (--data).',
    });
  }
  if (existsSync(file)) return realpathSync(file);
  const path = join(realpathSync(folder), basename(file));
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new ScitqError('UNAVAILABLE', `The database ${path} cannot be created: ${messageOf(error)}.`, {
      hint: 'Give the user who runs the server the right to write that folder, or choose another one (--data).',
    });
  }
  return path;
}

function closeConnection(connection: Connection): void {
  connection.close();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
