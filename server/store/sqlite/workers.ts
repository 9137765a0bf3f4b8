import type { WorkerId } from '#core/task/ids.ts';
import type { WorkerRow } from '../store.ts';
import type { Connection } from './connection.ts';

const COLUMNS = `id, name, batch_id AS batchId, status, concurrency, prefetch, version, outbox, last_seq AS lastSeq,
  created_at AS createdAt, last_contact_at AS lastContactAt`;

export function makeWorkers(connection: Connection) {
  const byId = connection.prepare<[id: WorkerId], WorkerRow>(`SELECT ${COLUMNS} FROM worker WHERE id = ?`);
  const byName = connection.prepare<[name: string], WorkerRow>(`SELECT ${COLUMNS} FROM worker WHERE name = ?`);
  const all = connection.prepare<[], WorkerRow>(`SELECT ${COLUMNS} FROM worker ORDER BY id`);
  const insert = connection.prepare<[Omit<WorkerRow, 'id' | 'lastSeq' | 'outbox'>], WorkerRow>(
    `INSERT INTO worker (name, batch_id, status, concurrency, prefetch, version, created_at, last_contact_at)
     VALUES (@name, @batchId, @status, @concurrency, @prefetch, @version, @createdAt, @lastContactAt)
     RETURNING ${COLUMNS}`,
  );
  const write = connection.prepare<[WorkerRow]>(
    `UPDATE worker SET name = @name, batch_id = @batchId, status = @status, concurrency = @concurrency,
       prefetch = @prefetch, version = @version, outbox = @outbox, last_seq = @lastSeq, created_at = @createdAt,
       last_contact_at = @lastContactAt
     WHERE id = @id`,
  );

  const freeName = (wanted: string) => {
    let name = wanted;
    for (let number = 2; byName.get(name) !== undefined; number += 1) name = `${wanted}-${number}`;
    return name;
  };

  return {
    byId(id: WorkerId): WorkerRow | undefined {
      return byId.get(id);
    },

    all(): WorkerRow[] {
      return all.all();
    },

    /** A name that is taken gets `-2`, `-3`, … behind it. */
    insert(row: Omit<WorkerRow, 'id' | 'lastSeq' | 'outbox'>): WorkerRow {
      const inserted = insert.get({ ...row, name: freeName(row.name) });
      if (inserted === undefined) throw new Error(`the worker ${row.name} was not created`);
      return inserted;
    },

    write(row: WorkerRow): void {
      const { changes } = write.run(row);
      if (changes === 0) throw new Error(`there is no worker ${row.id}`);
    },
  };
}
