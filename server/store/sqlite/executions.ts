import type { ExecutionId, TaskId, WorkerId } from '#core/task/ids.ts';
import type { ExecutionState, ExecutionWrite, NewExecutionRow, TaskOrder } from '../store.ts';
import type { Connection } from './connection.ts';

/** Executions, as the state machine and the workers need them. */
export function makeExecutions(connection: Connection) {
  const insert = connection.prepare<
    [taskId: TaskId, workerId: WorkerId, attempt: number, at: number],
    { id: ExecutionId }
  >('INSERT INTO execution (task_id, worker_id, attempt, created_at) VALUES (?, ?, ?, ?) RETURNING id');
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
  const write = connection.prepare<[ExecutionWrite]>(
    `UPDATE execution SET outcome = @outcome, accepted_at = COALESCE(@acceptedAt, accepted_at),
       started_at = COALESCE(@startedAt, started_at), ended_at = COALESCE(@endedAt, ended_at),
       exit_code = @exitCode, failure = @failure, message = @message
     WHERE id = @id`,
  );

  return {
    insert(rows: readonly NewExecutionRow[]): ExecutionId[] {
      return rows.map(({ taskId, workerId, attempt, at }) => {
        const row = insert.get(taskId, workerId, attempt, at);
        if (row === undefined) throw new Error(`no execution was made for task ${taskId}`);
        return row.id;
      });
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
      for (const row of rows) {
        if (write.run(row).changes === 0) throw new Error(`there is no execution ${row.id}`);
      }
    },
  };
}
