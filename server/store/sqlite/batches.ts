import type { BatchId } from '#core/task/ids.ts';
import type { BatchRow } from '../store.ts';
import type { Connection } from './connection.ts';

interface StoredBatch {
  id: BatchId;
  name: string;
  paused: 0 | 1;
}

const COLUMNS = 'id, name, paused';

export function makeBatches(connection: Connection) {
  const byName = connection.prepare<[name: string], StoredBatch>(`SELECT ${COLUMNS} FROM batch WHERE name = ?`);
  const all = connection.prepare<[], StoredBatch>(`SELECT ${COLUMNS} FROM batch ORDER BY id`);
  const insert = connection.prepare<[name: string, at: number], StoredBatch>(
    `INSERT INTO batch (name, created_at) VALUES (?, ?) RETURNING ${COLUMNS}`,
  );

  return {
    byName(name: string): BatchRow | undefined {
      const row = byName.get(name);
      return row && batchRow(row);
    },

    all(): BatchRow[] {
      return all.all().map(batchRow);
    },

    insert(name: string, at: number): BatchRow {
      const row = insert.get(name, at);
      if (row === undefined) throw new Error(`the batch ${name} was not created`);
      return batchRow(row);
    },
  };
}

function batchRow({ id, name, paused }: StoredBatch): BatchRow {
  return { id, name, paused: paused === 1 };
}
