import { ScitqError } from '#core/contract/errors.ts';
import { settles } from '#core/scheduling/dependencies.ts';
import type { Failure } from '#core/task/failure.ts';
import type { EndedStatus, Status } from '#core/task/status.ts';
import { isEnded, isOpen, STATUS_WORDS } from '#core/task/status.ts';
import type { Step } from '#core/task/step.ts';
import { canMove } from '#core/task/transition.ts';
import type { ExecutionWrite, Outcome, TaskState, TaskStateWrite, Transaction } from '#server/store/store.ts';

/** One task's way through one or more statuses; the last is where it stays. */
export interface Move {
  task: TaskState;
  steps: readonly Step[];
}

/**
 * The only writer of `task.status`. With every change go, in the same transaction, the task's execution row, the
 * automatic retry of what failed, and the release of what waited for it. Updates the `task` of each move in place.
 *
 * Throws ILLEGAL_TRANSITION when the table of core/task forbids a step; nothing of the unit is then kept.
 */
export async function transition(tx: Transaction, moves: readonly Move[]): Promise<void> {
  for (const move of moves) checkSteps(move);
  await openExecutions(tx, moves);

  const tasks: TaskStateWrite[] = [];
  const executions: ExecutionWrite[] = [];
  for (const move of moves) {
    const { task } = move;
    const last = move.steps.at(-1);
    if (last === undefined) continue;
    const from = task.status;
    const { executionId, workerId } = task;
    // The latest execution of a task that is queued or ended is closed, and history stays as it is.
    const isOpened = move.steps.some(({ to }) => to === 'A');
    if (executionId !== null && (isOpen(from) || isOpened)) {
      const write = executionWrite(executionId, move.steps, last);
      if (saysAnything(write)) executions.push(write);
    }
    task.status = last.to;
    const { id: taskId, batchId, priority } = task;
    tx.publish({ kind: 'task', taskId, batchId, from, to: last.to, priority, workerId, executionId });
    if (last.to === 'P' || last.to === 'W') task.workerId = null;
    tasks.push(taskWrite(task, last));
  }
  await tx.writeTaskStates(tasks);
  await tx.writeExecutions(executions);
  await settle(tx, moves);
}

function checkSteps({ task, steps }: Move): void {
  let at = task.status;
  for (const { to } of steps) {
    if (!canMove(at, to)) {
      throw new ScitqError(
        'ILLEGAL_TRANSITION',
        `Task ${task.id} is ${STATUS_WORDS[at]} and cannot become ${STATUS_WORDS[to]}.`,
      );
    }
    at = to;
  }
}

async function openExecutions(tx: Transaction, moves: readonly Move[]): Promise<void> {
  const opening = moves.flatMap(({ task, steps }) =>
    steps.flatMap((step) => (step.to === 'A' ? [{ task, workerId: step.workerId, at: step.at }] : [])),
  );
  const ids = await tx.insertExecutions(
    opening.map(({ task, workerId, at }) => ({ taskId: task.id, workerId, attempt: task.attempt + 1, at })),
  );
  opening.forEach(({ task, workerId }, index) => {
    const id = ids[index];
    if (id === undefined) throw new Error('the store returned fewer executions than were inserted');
    task.executionId = id;
    task.workerId = workerId;
    task.attempt += 1;
  });
}

function taskWrite(task: TaskState, last: Step): TaskStateWrite {
  const failure = last.to === 'F' ? last.failure : undefined;
  return {
    id: task.id,
    status: last.to,
    attempt: task.attempt,
    executionId: task.executionId,
    workerId: task.workerId,
    failure: failure?.class ?? null,
    exitCode: last.to === 'S' ? 0 : (failure?.exitCode ?? null),
    message: reasonOf(last)?.message ?? null,
    at: last.at,
  };
}

function executionWrite(id: ExecutionWrite['id'], steps: readonly Step[], last: Step): ExecutionWrite {
  const timeOf = (status: Status) => steps.find(({ to }) => to === status)?.at ?? null;
  const outcome = outcomeOf(last.to);
  const reason = reasonOf(last);
  return {
    id,
    outcome,
    acceptedAt: timeOf('C'),
    startedAt: timeOf('R'),
    endedAt: outcome === 'open' ? null : last.at,
    exitCode: last.to === 'S' ? 0 : (reason?.exitCode ?? null),
    failure: reason?.class ?? null,
    message: reason?.message ?? null,
  };
}

/** A row that was opened just now, or goes on without a new time, is as it should be. */
function saysAnything({ outcome, acceptedAt, startedAt }: ExecutionWrite): boolean {
  return outcome !== 'open' || acceptedAt !== null || startedAt !== null;
}

function reasonOf(step: Step): Failure | undefined {
  if (step.to === 'F') return step.failure;
  return step.to === 'P' ? step.lost : undefined;
}

function outcomeOf(to: Status): Outcome {
  if (isOpen(to)) return 'open';
  if (to === 'S') return 'succeeded';
  if (to === 'F') return 'failed';
  return to === 'X' ? 'canceled' : 'lost';
}

/** What somebody stopped on purpose is not started again by itself. */
function willBeRetried(task: TaskState, last: Step): boolean {
  return last.to === 'F' && task.retry > 0 && last.failure.class !== 'signal';
}

interface Ended {
  task: TaskState;
  status: EndedStatus;
  at: number;
}

async function settle(tx: Transaction, moves: readonly Move[]): Promise<void> {
  const ended: Ended[] = [];
  for (const { task, steps } of moves) {
    const last = steps.at(-1);
    if (last === undefined || !isEnded(last.to)) continue;
    if (willBeRetried(task, last)) await retryByClone(tx, task, task.retry - 1, last.at);
    else ended.push({ task, status: last.to, at: last.at });
  }
  if (ended.length > 0) await releaseDependents(tx, ended);
}

/** Hides an ended task in favour of a copy in P, which whatever waited for the task now waits for. Returns the copy's id. */
export async function retryByClone(
  tx: Transaction,
  task: TaskState,
  retry: number,
  at: number,
): Promise<TaskState['id']> {
  const cloneId = await tx.cloneTask(task.id, 'P', retry, at);
  await tx.hideTask(task.id, at);
  await tx.moveDependents(task.id, cloneId);
  const { batchId, priority } = task;
  tx.publish({
    kind: 'task',
    taskId: task.id,
    batchId,
    from: task.status,
    to: null,
    priority,
    workerId: task.workerId,
    executionId: task.executionId,
    cloneId,
  });
  tx.publish({
    kind: 'task',
    taskId: cloneId,
    batchId,
    from: null,
    to: 'P',
    priority,
    workerId: null,
    executionId: null,
  });
  return cloneId;
}

async function releaseDependents(tx: Transaction, ended: readonly Ended[]): Promise<void> {
  const endOf = new Map(ended.map((end) => [end.task.id, end]));
  for (const { taskId, requiresId, kind } of await tx.unmetDependents([...endOf.keys()])) {
    const end = endOf.get(requiresId);
    if (end === undefined || !settles(kind, end.status, 0)) continue;
    const left = await tx.meetDependency(taskId, requiresId, kind);
    if (left > 0) continue;
    const [dependent] = await tx.taskStates([taskId]);
    if (dependent?.status === 'W') await transition(tx, [{ task: dependent, steps: [{ to: 'P', at: end.at }] }]);
  }
}
