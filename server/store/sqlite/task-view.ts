import type { ExecutionSummary, TaskDetail, TaskSettings, TaskSummary } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { DependencyKind } from '../store.ts';
import type { Connection } from './connection.ts';

type Nullable<T> = { [Key in keyof T]-?: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key] };
type StoredSummary = Nullable<Omit<TaskSummary, 'hidden'>> & { hidden: 0 | 1 };
type StoredExecution = Nullable<ExecutionSummary>;

interface StoredRest {
  settings: string | null;
  previousTaskId: TaskId | null;
}

const EXECUTION = `SELECT execution.id, task_id AS taskId, attempt, worker_id AS workerId,
    COALESCE(worker.name, 'worker ' || worker_id) AS worker, outcome, execution.created_at AS createdAt,
    accepted_at AS acceptedAt, started_at AS startedAt, ended_at AS endedAt, exit_code AS exitCode, failure, message
  FROM execution INDEXED BY execution_by_task LEFT JOIN worker ON worker.id = worker_id`;

/** Tasks and executions as people see them. */
export function makeTaskView(connection: Connection) {
  const summary = connection.prepare<[id: TaskId], StoredSummary>(
    `SELECT task.id, task.status, task.name, command, batch.name AS batch, task.batch_id AS batchId,
       task.worker_id AS workerId, worker.name AS worker, attempt, retry, priority, hidden,
       task.created_at AS createdAt, modified_at AS modifiedAt, status_at AS statusAt,
       (SELECT started_at FROM execution WHERE execution.id = execution_id) AS startedAt,
       exit_code AS exitCode, failure, message
     FROM task JOIN batch ON batch.id = task.batch_id LEFT JOIN worker ON worker.id = task.worker_id
     WHERE task.id = ?`,
  );
  const rest = connection.prepare<[id: TaskId], StoredRest>(
    'SELECT settings, previous_task_id AS previousTaskId FROM task WHERE id = ?',
  );
  const dependencies = connection.prepare<[id: TaskId], { taskId: TaskId; kind: DependencyKind; met: 0 | 1 }>(
    'SELECT requires_id AS taskId, kind, met FROM dependency WHERE task_id = ? ORDER BY requires_id, kind',
  );
  const executions = connection.prepare<[taskId: TaskId], StoredExecution>(
    `${EXECUTION} WHERE task_id = ? ORDER BY execution.id`,
  );
  const latest = connection.prepare<[taskId: TaskId], StoredExecution>(
    `${EXECUTION} WHERE task_id = ? ORDER BY execution.id DESC LIMIT 1`,
  );
  const numbered = connection.prepare<[taskId: TaskId, attempt: number], StoredExecution>(
    `${EXECUTION} WHERE task_id = ? AND attempt = ? ORDER BY execution.id DESC LIMIT 1`,
  );

  const summaryOf = (id: TaskId): TaskSummary | undefined => {
    const row = summary.get(id);
    return row && taskSummary(row);
  };

  return {
    summaries(ids: readonly TaskId[]): TaskSummary[] {
      return ids.flatMap((id) => summaryOf(id) ?? []);
    },

    detail(id: TaskId): TaskDetail | undefined {
      const task = summaryOf(id);
      const more = rest.get(id);
      if (task === undefined || more === undefined) return undefined;
      const settings: TaskSettings = more.settings === null ? {} : JSON.parse(more.settings);
      return {
        ...task,
        settings,
        dependency: dependencies.all(id).map(({ met, ...row }) => ({ ...row, met: met === 1 })),
        ...(more.previousTaskId !== null && { previousTaskId: more.previousTaskId }),
        executions: executions.all(id).map(executionSummary),
      };
    },

    execution(taskId: TaskId, attempt: number | 'latest'): ExecutionSummary | undefined {
      const row = attempt === 'latest' ? latest.get(taskId) : numbered.get(taskId, attempt);
      return row && executionSummary(row);
    },
  };
}

function taskSummary(row: StoredSummary): TaskSummary {
  const { name, workerId, worker, startedAt, hidden, exitCode, failure, message, ...always } = row;
  return {
    ...always,
    hidden: hidden === 1,
    ...(name !== null && { name }),
    ...(workerId !== null && { workerId }),
    ...(worker !== null && { worker }),
    ...(startedAt !== null && { startedAt }),
    ...(exitCode !== null && { exitCode }),
    ...(failure !== null && { failure }),
    ...(message !== null && { message }),
  };
}

function executionSummary(row: StoredExecution): ExecutionSummary {
  const { acceptedAt, startedAt, endedAt, exitCode, failure, message, ...always } = row;
  return {
    ...always,
    ...(acceptedAt !== null && { acceptedAt }),
    ...(startedAt !== null && { startedAt }),
    ...(endedAt !== null && { endedAt }),
    ...(exitCode !== null && { exitCode }),
    ...(failure !== null && { failure }),
    ...(message !== null && { message }),
  };
}
