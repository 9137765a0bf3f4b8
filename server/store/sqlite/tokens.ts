import type { WorkerId } from '#core/task/ids.ts';
import type { TokenRow } from '../store.ts';
import type { Connection } from './connection.ts';

type StoredToken =
  | { kind: 'administrator'; workerId: null }
  | { kind: 'enrolment'; workerId: null }
  | { kind: 'worker'; workerId: WorkerId };

export function makeTokens(connection: Connection) {
  const insert = connection.prepare<[hash: Uint8Array, kind: TokenRow['kind'], workerId: WorkerId | null, at: number]>(
    'INSERT INTO token (hash, kind, worker_id, created_at) VALUES (?, ?, ?, ?)',
  );
  const byHash = connection.prepare<[hash: Uint8Array], StoredToken>(
    'SELECT kind, worker_id AS workerId FROM token WHERE hash = ?',
  );

  return {
    insert(hash: Uint8Array, token: TokenRow, at: number): void {
      insert.run(hash, token.kind, token.kind === 'worker' ? token.workerId : null, at);
    },

    byHash(hash: Uint8Array): TokenRow | undefined {
      const row = byHash.get(hash);
      return row?.kind === 'worker' ? row : row && { kind: row.kind };
    },
  };
}
