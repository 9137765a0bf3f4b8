import type { BatchId, TaskId } from '#core/task/ids.ts';
import type { NewTaskRow, TaskOrder, TaskState, TaskStateWrite } from '../store.ts';
import type { Value } from './bulk-insert.ts';
import { makeBulkInsert } from './bulk-insert.ts';
import type { Connection } from './connection.ts';

const INSERTED = [
  'batch_id',
  'status',
  'name',
  'command',
  'settings',
  'priority',
  'retry',
  'waiting_for',
  'created_at',
  'modified_at',
  'status_at',
];

/** What transactions do to the table of tasks. */
export function makeTasks(connection: Connection) {
  const insert = makeBulkInsert<TaskId>(connection, 'task', INSERTED);
  const state = connection.prepare<[id: TaskId], TaskState>(
    `SELECT id, batch_id AS batchId, status, hidden, priority, retry, attempt, waiting_for AS waitingFor,
       execution_id AS executionId, worker_id AS workerId
     FROM task WHERE id = ?`,
  );
  const order = connection.prepare<[id: TaskId], TaskOrder>('SELECT id, command, settings FROM task WHERE id = ?');
  // Bound by position: binding by name costs a fifth of this statement, which runs several times a task.
  const writeState = connection.prepare<[...set: Value[], id: TaskId]>(
    `UPDATE task SET status = ?, attempt = ?, execution_id = ?, worker_id = ?, failure = ?, exit_code = ?, message = ?,
       modified_at = ?, status_at = ?
     WHERE id = ?`,
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

  return {
    /** The id of the first row; the others follow it without a gap. */
    insert(rows: readonly NewTaskRow[]): TaskId {
      return insert(
        rows.map((row) => {
          const { batchId, status, name, command, settings, priority, retry, waitingFor, at } = row;
          return [batchId, status, name, command, settings, priority, retry, waitingFor, at, at, at];
        }),
      );
    },

    states(ids: readonly TaskId[]): TaskState[] {
      return ids.flatMap((id) => state.get(id) ?? []);
    },

    orders(ids: readonly TaskId[]): TaskOrder[] {
      return ids.flatMap((id) => order.get(id) ?? []);
    },

    writeStates(rows: readonly TaskStateWrite[]): void {
      for (const { id, status, attempt, executionId, workerId, failure, exitCode, message, at } of rows) {
        const { changes } = writeState.run(
          status,
          attempt,
          executionId,
          workerId,
          failure,
          exitCode,
          message,
          at,
          at,
          id,
        );
        mustExist(id, changes);
      }
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
