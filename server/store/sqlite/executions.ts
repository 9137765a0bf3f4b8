import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import { executionIdAfter } from '#core/task/ids.ts';
import type { ExecutionState, ExecutionWrite, NewExecutionRow, TaskOrder } from '../store.ts';
import type { Value } from './bulk-insert.ts';
import { makeBulkInsert } from './bulk-insert.ts';
import type { Connection } from './connection.ts';

/** Executions, as the state machine and the workers need them. */
export function makeExecutions(connection: Connection) {
  const insert = makeBulkInsert<ExecutionId>(connection, 'execution', [
    'task_id',
    'worker_id',
    'attempt',
    'created_at',
  ]);
  const columns = 'id, task_id AS taskId, worker_id AS workerId, outcome, attempt';
  const state = connection.prepare<[id: ExecutionId], ExecutionState>(`SELECT ${columns} FROM execution WHERE id = ?`);
  const openOf = connection.prepare<[workerId: WorkerId], ExecutionState>(
    `SELECT ${columns} FROM execution INDEXED BY execution_by_outcome
     WHERE outcome = 'open' AND worker_id = ? ORDER BY id`,
  );
  const openOrders = connection.prepare<
    [workerId: WorkerId],
    TaskOrder & { executionId: ExecutionId; attempt: number }
  >(
    `SELECT task.id, COALESCE(execution.command, task.command) AS command,
       COALESCE(execution.settings, task.settings) AS settings, execution.id AS executionId, execution.attempt
     FROM execution INDEXED BY execution_by_outcome CROSS JOIN task ON task.id = task_id
     WHERE outcome = 'open' AND execution.worker_id = ? ORDER BY execution.id`,
  );
  // Bound by position, as in tasks.ts.
  const write = connection.prepare<[...set: Value[], id: ExecutionId]>(
    `UPDATE execution SET outcome = ?, accepted_at = COALESCE(?, accepted_at),
       started_at = COALESCE(?, started_at), ended_at = COALESCE(?, ended_at),
       exit_code = ?, failure = ?, message = ?
     WHERE id = ?`,
  );

  return {
    insert(rows: readonly NewExecutionRow[]): ExecutionId[] {
      const first = insert(rows.map(({ taskId, workerId, attempt, at }) => [taskId, workerId, attempt, at]));
      return rows.map((_, index) => executionIdAfter(first, index));
    },

    states(ids: readonly ExecutionId[]): ExecutionState[] {
      return ids.flatMap((id) => state.get(id) ?? []);
    },

    openOf(workerId: WorkerId): ExecutionState[] {
      return openOf.all(workerId);
    },

    /** Open executions of a worker as orders to run; what an execution kept of its own comes before the task's. */
    openOrders(workerId: WorkerId) {
      return openOrders.all(workerId);
    },

    write(rows: readonly ExecutionWrite[]): void {
      for (const { id, outcome, acceptedAt, startedAt, endedAt, exitCode, failure, message } of rows) {
        const { changes } = write.run(outcome, acceptedAt, startedAt, endedAt, exitCode, failure, message, id);
        if (changes === 0) throw new Error(`there is no execution ${id}`);
      }
    },
  };
}
