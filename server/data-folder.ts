import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { ScitqError } from '#core/contract/errors.ts';
import { makeWritableFolder } from '#transfer/writable-folder.ts';
import { hashToken, issueToken } from './auth/tokens.ts';
import type { Store, TokenRow } from './store/store.ts';

/** Names of what a server keeps in its data folder. */
export const FILES = {
  database: 'scitq.sqlite',
  logs: 'logs',
  /** Where commands and agents of this machine find the running server. */
  server: 'server.json',
  adminToken: 'admin.token',
  enrolToken: 'enrol.token',
};

/** Creates the folder, for its owner alone. Throws INVALID when that is not possible. */
export async function prepareDataFolder(data: string): Promise<void> {
  try {
    await makeWritableFolder(data, 0o700);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScitqError('INVALID', `The data folder ${data} cannot be written: ${reason}.`, {
      hint: 'Choose another one with --data, or change its permissions.',
    });
  }
}

/**
 * The token kept in `file` (mode 0600), made at the first start. If the file was deleted, or the database does not know
 * what it holds, a new one takes its place.
 */
export async function ensureToken(store: Store, file: string, row: TokenRow, now: () => number): Promise<string> {
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (kept !== '' && (await store.read.token(hashToken(kept)))?.kind === row.kind) return kept;
  const token = await store.write((tx) => issueToken(tx, row, now()));
  await writePrivately(file, `${token}\n`);
  return token;
}

/** Written whole or not at all, readable by its owner alone. */
export async function writePrivately(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, content, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, file);
}
