import type { ReportRecord, ReportsAnswer } from '#core/contract/agent.ts';
import type { Failure } from '#core/task/failure.ts';
import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import { stepsOf } from '#core/task/report.ts';
import type { Status } from '#core/task/status.ts';
import type { Store, TaskState, Transaction } from '#server/store/store.ts';
import type { Move } from './transition.ts';
import { transition } from './transition.ts';

interface Merged {
  task: TaskState;
  at: Status;
  steps: { to: Status; at: number }[];
  failure?: Failure;
}

/**
 * Applies what a worker's agent reports, in one transaction, and resolves once that is durable. Reports that were
 * applied before (by their sequence number) are skipped. A report for an execution that is closed, or of another
 * worker, is refused: it comes back as stale, and the agent then kills and forgets that execution.
 */
export async function applyReports(
  store: Store,
  workerId: WorkerId,
  reports: readonly ReportRecord[],
  now: () => number,
): Promise<ReportsAnswer> {
  return store.write(async (tx) => {
    const worker = await tx.worker(workerId);
    if (worker === undefined) return { lastSeq: reports.at(-1)?.seq ?? 0, stale: executionsOf(reports) };
    const fresh = reports.filter((report) => report.seq > worker.lastSeq);
    const lastSeq = fresh.at(-1)?.seq ?? worker.lastSeq;
    const { merged, stale } = await merge(tx, workerId, fresh);
    const moves: Move[] = [];
    for (const { task, steps, failure } of merged.values()) {
      if (steps.length > 0) moves.push({ task, steps, ...(failure && { failure }) });
    }
    await transition(tx, moves);
    if (lastSeq !== worker.lastSeq) await tx.writeWorker({ ...worker, lastSeq, lastContactAt: now() });
    return { lastSeq, stale };
  });
}

/** Several reports of one execution become one move with several steps, which costs one write. */
async function merge(tx: Transaction, workerId: WorkerId, reports: readonly ReportRecord[]) {
  const executions = await tx.executionStates([...new Set(executionsOf(reports))]);
  const open = executions.filter((execution) => execution.outcome === 'open' && execution.workerId === workerId);
  const tasks = new Map((await tx.taskStates(open.map(({ taskId }) => taskId))).map((task) => [task.id, task]));
  const merged = new Map<ExecutionId, Merged>();
  for (const { id, taskId } of open) {
    const task = tasks.get(taskId);
    if (task?.executionId === id) merged.set(id, { task, at: task.status, steps: [] });
  }
  const stale = new Set<ExecutionId>();
  for (const { executionId, at, progress } of reports) {
    const entry = merged.get(executionId);
    const steps = entry && stepsOf(entry.at, progress);
    if (entry === undefined || steps === undefined) {
      stale.add(executionId);
      continue;
    }
    for (const to of steps) entry.steps.push({ to, at });
    entry.at = steps.at(-1) ?? entry.at;
    if (progress.kind === 'failed') entry.failure = progress.failure;
    if (progress.kind === 'returned') entry.failure = { class: 'lost', message: progress.reason };
  }
  return { merged, stale: [...stale] };
}

function executionsOf(reports: readonly ReportRecord[]): ExecutionId[] {
  return reports.map(({ executionId }) => executionId);
}
