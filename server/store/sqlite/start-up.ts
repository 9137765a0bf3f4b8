import type { BatchId, TaskId, WorkerId } from '#core/task/ids.ts';
import type { Status } from '#core/task/status.ts';
import type { ExecutionState, Outcome } from '../store.ts';
import type { Connection } from './connection.ts';

const PAGE = 10_000;

export interface PendingTask {
  id: TaskId;
  batchId: BatchId;
  priority: number;
}

/** What the memory of a starting server is rebuilt from. Each is one walk through an index. */
export function makeStartUp(connection: Connection) {
  const taskCounts = connection.prepare<[], { batchId: BatchId; status: Status; count: number }>(
    `SELECT batch_id AS batchId, status, COUNT(*) AS count FROM task INDEXED BY task_by_batch
     WHERE hidden = 0 GROUP BY batch_id, status`,
  );
  const pending = connection.prepare<[after: TaskId | 0], PendingTask>(
    `SELECT id, batch_id AS batchId, priority FROM task INDEXED BY task_by_status
     WHERE status = 'P' AND hidden = 0 AND id > ? ORDER BY id LIMIT ${PAGE}`,
  );
  const openExecutions = connection.prepare<[], ExecutionState & { status: Status }>(
    `SELECT execution.id, task_id AS taskId, execution.worker_id AS workerId, outcome, execution.attempt, task.status
     FROM execution INDEXED BY execution_by_outcome CROSS JOIN task ON task.id = task_id
     WHERE outcome = 'open' ORDER BY execution.worker_id, execution.id`,
  );
  const executionCounts = connection.prepare<[], { workerId: WorkerId; outcome: Outcome; count: number }>(
    `SELECT worker_id AS workerId, outcome, COUNT(*) AS count FROM execution INDEXED BY execution_by_outcome
     GROUP BY outcome, worker_id`,
  );
  const size = connection.prepare<[], { bytes: number }>(
    'SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()',
  );

  return {
    taskCounts: () => taskCounts.all(),
    /** The next page of pending tasks, by id; an empty one ends them. */
    pendingAfter: (id: TaskId | 0) => pending.all(id),
    openExecutions: () => openExecutions.all(),
    executionCounts: () => executionCounts.all(),
    size: () => size.get()?.bytes ?? 0,
  };
}
