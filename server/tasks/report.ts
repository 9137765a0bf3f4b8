import type { Refusal, ReportRecord, ReportsAnswer } from '#core/contract/agent.ts';
import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import { stepsOf } from '#core/task/report.ts';
import type { Status } from '#core/task/status.ts';
import { STATUS_WORDS } from '#core/task/status.ts';
import type { Step } from '#core/task/step.ts';
import type { Store, TaskState, Transaction } from '#server/store/store.ts';
import type { Move } from './transition.ts';
import { transition } from './transition.ts';

interface Merged {
  task: TaskState;
  at: Status;
  steps: Step[];
}

/**
 * Applies what a worker's agent reports, in one transaction, and resolves once that is durable. Reports that were
 * applied before (by their sequence number) are skipped. A report for an execution that is closed, or of another
 * worker, is refused as stale: the agent then kills and forgets that execution. One that the transition table forbids
 * is refused too, and its task goes back to the queue, since its agent no longer knows what it does.
 */
export async function applyReports(
  store: Store,
  workerId: WorkerId,
  reports: readonly ReportRecord[],
  now: () => number,
): Promise<ReportsAnswer> {
  return store.write(async (tx) => {
    const worker = await tx.worker(workerId);
    if (worker === undefined) return { lastSeq: reports.at(-1)?.seq ?? 0, refused: executionsOf(reports).map(stale) };
    const fresh = reports.filter((report) => report.seq > worker.lastSeq);
    const lastSeq = fresh.at(-1)?.seq ?? worker.lastSeq;
    const { merged, refused } = await merge(tx, workerId, fresh);
    const moves: Move[] = [...merged.values()].filter(({ steps }) => steps.length > 0);
    await transition(tx, moves);
    if (lastSeq !== worker.lastSeq) await tx.writeWorker({ ...worker, lastSeq, lastContactAt: now() });
    return { lastSeq, refused };
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
  const refused = new Map<ExecutionId, Refusal>();
  for (const { executionId, at, progress } of reports) {
    if (refused.has(executionId)) continue;
    const entry = merged.get(executionId);
    if (entry === undefined) {
      refused.set(executionId, stale(executionId));
      continue;
    }
    const steps = stepsOf(entry.at, progress, at);
    if (steps === undefined) {
      refused.set(executionId, { executionId, code: 'ILLEGAL_TRANSITION' });
      entry.steps.push({ to: 'P', at, lost: { class: 'agent', message: confusion(entry.at, progress.kind) } });
    } else {
      entry.steps.push(...steps);
      entry.at = steps.at(-1)?.to ?? entry.at;
    }
  }
  return { merged, refused: [...refused.values()] };
}

function stale(executionId: ExecutionId): Refusal {
  return { executionId, code: 'STALE_EXECUTION' };
}

function confusion(at: Status, said: string): string {
  return `Its worker reported "${said}" while the task was ${STATUS_WORDS[at]}, which cannot be; the task runs anew.`;
}

function executionsOf(reports: readonly ReportRecord[]): ExecutionId[] {
  return reports.map(({ executionId }) => executionId);
}
