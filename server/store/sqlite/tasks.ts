import type { BatchId, TaskId } from '#core/task/ids.ts';
import type { NewTaskRow, TaskOrder, TaskState, TaskStateWrite } from '../store.ts';
import type { Connection } from './connection.ts';

type Value = string | number | null;

/** One statement that inserts many rows is half again as fast as many that insert one. */
const ROWS_PER_INSERT = 32;

const COLUMNS =
  'batch_id, status, name, command, settings, priority, retry, waiting_for, created_at, modified_at, status_at';

/** What transactions do to the table of tasks. */
export function makeTasks(connection: Connection) {
  const prepareInsert = (rows: number) => {
    const row = `(${COLUMNS.replaceAll(/\w+/g, '?')})`;
    return connection.prepare<[Value[]]>(`INSERT INTO task (${COLUMNS}) VALUES ${Array(rows).fill(row).join(', ')}`);
  };
  const insertOne = prepareInsert(1);
  const insertMany = prepareInsert(ROWS_PER_INSERT);

  const nextId = connection.prepare<[], { id: TaskId }>(
    "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'task'), 0) + 1 AS id",
  );
  const state = connection.prepare<[id: TaskId], TaskState>(
    `SELECT id, batch_id AS batchId, status, hidden, priority, retry, attempt, waiting_for AS waitingFor,
       execution_id AS executionId, worker_id AS workerId
     FROM task WHERE id = ?`,
  );
  const order = connection.prepare<[id: TaskId], TaskOrder>('SELECT id, command, settings FROM task WHERE id = ?');
  const writeState = connection.prepare<[TaskStateWrite]>(
    `UPDATE task SET status = @status, attempt = @attempt, execution_id = @executionId, worker_id = @workerId,
       failure = @failure, exit_code = @exitCode, message = @message, modified_at = @at, status_at = @at
     WHERE id = @id`,
  );
  const insertClone = connection.prepare<[{ id: TaskId; status: 'P'; retry: number; at: number }], { id: TaskId }>(
    `INSERT INTO task (batch_id, status, priority, retry, attempt, previous_task_id, created_at, modified_at, status_at,
       name, command, settings)
     SELECT batch_id, @status, priority, @retry, attempt, id, @at, @at, @at, name, command, settings
     FROM task WHERE id = @id
     RETURNING id`,
  );
  const hide = connection.prepare<[at: number, id: TaskId]>('UPDATE task SET hidden = 1, modified_at = ? WHERE id = ?');
  const clone = connection.prepare<[id: TaskId], { id: TaskId }>(
    'SELECT id FROM task INDEXED BY task_by_previous WHERE previous_task_id = ? ORDER BY id DESC LIMIT 1',
  );
  const latestByName = connection.prepare<[name: string, batchId: BatchId], { id: TaskId }>(
    `SELECT id FROM task INDEXED BY task_by_name
     WHERE name = ? AND batch_id = ? AND hidden = 0 ORDER BY id DESC LIMIT 1`,
  );

  const insertRows = (rows: readonly NewTaskRow[]) => {
    const values: Value[] = [];
    for (const row of rows) {
      const { batchId, status, name, command, settings, priority, retry, waitingFor, at } = row;
      values.push(batchId, status, name, command, settings, priority, retry, waitingFor, at, at, at);
    }
    (rows.length === 1 ? insertOne : insertMany).run(values);
  };

  return {
    /** The id of the first row; the others follow it without a gap, because nobody else writes meanwhile. */
    insert(rows: readonly NewTaskRow[]): TaskId {
      const first = nextId.get();
      if (first === undefined) throw new Error('the database gave no next task id');
      const inMany = rows.length - (rows.length % ROWS_PER_INSERT);
      for (let at = 0; at < inMany; at += ROWS_PER_INSERT) insertRows(rows.slice(at, at + ROWS_PER_INSERT));
      for (const row of rows.slice(inMany)) insertRows([row]);
      return first.id;
    },

    states(ids: readonly TaskId[]): TaskState[] {
      return ids.flatMap((id) => state.get(id) ?? []);
    },

    orders(ids: readonly TaskId[]): TaskOrder[] {
      return ids.flatMap((id) => order.get(id) ?? []);
    },

    writeStates(rows: readonly TaskStateWrite[]): void {
      for (const row of rows) mustExist(row.id, writeState.run(row).changes);
    },

    clone(id: TaskId, status: 'P', retry: number, at: number): TaskId {
      const made = insertClone.get({ id, status, retry, at });
      if (made === undefined) throw new Error(`there is no task ${id}`);
      return made.id;
    },

    hide(id: TaskId, at: number): void {
      mustExist(id, hide.run(at, id).changes);
    },

    cloneOf(id: TaskId): TaskId | null {
      return clone.get(id)?.id ?? null;
    },

    latestByName(batchId: BatchId, names: readonly string[]): { name: string; id: TaskId }[] {
      return [...new Set(names)].flatMap((name) => {
        const found = latestByName.get(name, batchId);
        return found === undefined ? [] : [{ name, id: found.id }];
      });
    },
  };
}

/** Callers have read a task before they write it; a task that is not there is their mistake, not the user's. */
function mustExist(id: TaskId, changed: number): void {
  if (changed === 0) throw new Error(`there is no task ${id}`);
}
