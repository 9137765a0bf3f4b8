import { z } from 'zod';
import { ScitqError } from '#core/contract/errors.ts';
import { TaskId } from '#core/contract/ids.ts';
import { BatchName, MAX_TASKS_PER_REQUEST, NewTask, TaskListQuery, TaskSelection } from '#core/contract/task.ts';
import type { TaskId as Id } from '#core/task/ids.ts';
import type { Store } from '#server/store/store.ts';
import { cancel } from '#server/tasks/cancel.ts';
import { retry } from '#server/tasks/retry.ts';
import { commitStaged, stage } from '#server/tasks/staging.ts';
import { fromList, submit } from '#server/tasks/submit.ts';
import { followLog, readLog } from './task-log.ts';
import { forAdministrator, router } from './trpc.ts';

const Tasks = z.array(NewTask).min(1).max(MAX_TASKS_PER_REQUEST);
const SubmissionId = z.uuid();
const Stream = z.enum(['stdout', 'stderr']);
const Attempt = z.int().positive().optional();

/** From TERM to KILL, in seconds, when the caller does not say. */
const DEFAULT_GRACE = 10;

export const taskRouter = router({
  submit: forAdministrator
    .input(z.strictObject({ batch: BatchName.optional(), tasks: Tasks }))
    .mutation(({ ctx: { system }, input }) =>
      submit(system.store, fromList(input.tasks), { batch: input.batch, now: system.now }),
    ),

  stage: forAdministrator
    .input(z.strictObject({ submission: SubmissionId, part: z.int().min(0).max(1_000_000), tasks: Tasks }))
    .mutation(async ({ ctx: { system }, input }) => {
      await stage(system.store, input, system.now);
      return {};
    }),

  commit: forAdministrator
    .input(
      z.strictObject({ submission: SubmissionId, parts: z.int().min(1).max(1_000_000), batch: BatchName.optional() }),
    )
    .mutation(({ ctx: { system }, input }) => commitStaged(system.store, input, system.now)),

  list: forAdministrator.input(TaskListQuery).query(async ({ ctx: { system }, input }) => {
    await refuseUnknownBatch(system.store, input.batch);
    return system.store.read.listTasks(input);
  }),

  show: forAdministrator.input(z.strictObject({ id: TaskId })).query(async ({ ctx: { system }, input }) => {
    const detail = await system.store.read.taskDetail(input.id);
    if (detail === undefined) throw unknownTask(String(input.id));
    return detail;
  }),

  select: forAdministrator.input(TaskSelection).query(({ ctx: { system }, input }) => selected(system.store, input)),

  cancel: forAdministrator
    .input(z.strictObject({ selection: TaskSelection, grace: z.number().min(0).max(3_600).optional() }))
    .mutation(async ({ ctx: { system }, input }) => {
      const ids = await selected(system.store, input.selection);
      const { canceled, running, closed, ended } = await cancel(system.store, ids, system.now);
      for (const { workerId, executionId } of closed) system.hub.forget(workerId, [executionId]);
      for (const { workerId, executionId } of running) {
        system.hub.signal(workerId, executionId, 'TERM', input.grace ?? DEFAULT_GRACE);
      }
      return { canceled, signaled: running.map(({ taskId }) => taskId), ended };
    }),

  retry: forAdministrator
    .input(z.strictObject({ selection: TaskSelection, retry: z.int().min(0).max(1_000).optional() }))
    .mutation(async ({ ctx: { system }, input }) => {
      const ids = await selected(system.store, input.selection);
      return retry(system.store, ids, { retry: input.retry, now: system.now });
    }),

  /** How far a set of tasks is, until all have ended. Retried tasks are followed into their clones. */
  watch: forAdministrator
    .input(
      z.strictObject({
        ids: z.array(TaskId).max(100_000).optional(),
        from: z.strictObject({ first: TaskId, count: z.int().min(1).max(10_000_000) }).optional(),
        batch: BatchName.optional(),
      }),
    )
    .subscription(async function* ({ ctx: { system }, input, signal }) {
      await refuseUnknownBatch(system.store, input.batch);
      yield* system.watch.follow(input, signal ?? new AbortController().signal);
    }),

  log: forAdministrator
    .input(
      z.strictObject({
        id: TaskId,
        attempt: Attempt,
        stream: Stream,
        offset: z.int(),
        limit: z.int().min(1).max(4_194_304),
      }),
    )
    .query(({ ctx: { system }, input }) => readLog(system, input)),

  followLog: forAdministrator
    .input(z.strictObject({ id: TaskId, attempt: Attempt, tail: z.int().min(0).optional() }))
    .subscription(({ ctx: { system }, input, signal }) =>
      followLog(system, input, signal ?? new AbortController().signal),
    ),
});

async function selected(store: Store, selection: TaskSelection): Promise<Id[]> {
  await refuseUnknownBatch(store, selection.batch);
  const { ids, missing } = await store.read.selectTasks(selection);
  if (missing.length > 0) throw unknownTask(missing.slice(0, 5).join(', '));
  return ids;
}

async function refuseUnknownBatch(store: Store, name: string | undefined): Promise<void> {
  if (name === undefined) return;
  const batches = await store.read.batches();
  if (batches.some((batch) => batch.name === name)) return;
  throw new ScitqError('UNKNOWN_BATCH', `There is no batch "${name}".`, {
    hint: '`scitq batch list` shows those there are.',
  });
}

function unknownTask(what: string): ScitqError {
  return new ScitqError('UNKNOWN_TASK', `There is no task ${what}.`, {
    hint: '`scitq task list` shows those there are.',
  });
}
