import { z } from 'zod';
import type { FailureClass } from '../task/failure.ts';
import { FAILURE_CLASSES } from '../task/failure.ts';
import type { BatchId, ExecutionId, TaskId, WorkerId } from '../task/ids.ts';
import type { Status } from '../task/status.ts';
import { STATUSES } from '../task/status.ts';
import { TaskId as TaskIdSchema, WorkerId as WorkerIdSchema } from './ids.ts';

/** Linux refuses one argument of 128 KiB or more; a longer command belongs in a script among the inputs. */
export const MAX_COMMAND_BYTES = 131_071;
/** A request holds at most this many tasks; longer lists are sent as parts of one submission. */
export const MAX_TASKS_PER_REQUEST = 5_000;

const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((value) => !value.includes('\0'), 'holds a NUL character');
const uri = text(4_096).min(1);
const seconds = z.number().min(0).max(31_536_000);

export const BatchName = text(200)
  .min(1)
  .refine((name) => !name.includes('/'), 'a batch name holds no /');

/** A number is a task's id; a string is the name of another task of the same submission or, failing that, the same batch. */
const TaskReference = z.union([TaskIdSchema, text(300).min(1)]);

/** One task as a user describes it. Timeouts are seconds, 0 is none; memory and disk are GB. */
export const NewTask = z.strictObject({
  command: z.union([text(MAX_COMMAND_BYTES), z.array(text(MAX_COMMAND_BYTES)).max(10_000)]),
  /** Runs the command, then one text, by `SHELL -c`. */
  shell: text(100).min(1).optional(),
  name: text(300).min(1).optional(),
  batch: BatchName.optional(),
  container: text(500).min(1).optional(),
  containerOptions: text(10_000).optional(),
  input: z.array(uri).max(10_000).optional(),
  resource: z.array(uri).max(1_000).optional(),
  output: uri.optional(),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .max(200),
      text(100_000),
    )
    .optional(),
  dependency: z.array(TaskReference).max(100_000).optional(),
  after: z.array(TaskReference).max(1_000_000).optional(),
  priority: z.int().min(-1_000_000).max(1_000_000).optional(),
  retry: z.int().min(0).max(1_000).optional(),
  downloadTimeout: seconds.optional(),
  runTimeout: seconds.optional(),
  uploadTimeout: seconds.optional(),
  uid: z.int().min(0).optional(),
  gid: z.int().min(0).optional(),
});
export type NewTask = z.infer<typeof NewTask>;

/** What a task needs to run besides its command; stored with the task and sent to the worker as it is. */
export interface TaskSettings {
  container?: string;
  containerOptions?: string;
  input?: string[];
  resource?: string[];
  output?: string;
  env?: Record<string, string>;
  downloadTimeout?: number;
  runTimeout?: number;
  uploadTimeout?: number;
  uid?: number;
  gid?: number;
}

export const TaskListQuery = z.strictObject({
  status: z.array(z.enum(STATUSES)).optional(),
  batch: BatchName.optional(),
  workerId: WorkerIdSchema.optional(),
  name: text(300).optional(),
  /** Substring; `%` stands for anything. */
  command: text(1_000).optional(),
  failure: z.enum(FAILURE_CLASSES).optional(),
  showHidden: z.boolean().optional(),
  limit: z.int().min(1).max(1_000).default(20),
  offset: z.int().min(0).max(100_000_000).default(0),
  /** Only tasks with a smaller id: the keyset way to the next page, as fast at the end as at the start. */
  before: TaskIdSchema.optional(),
});
export type TaskListQuery = z.infer<typeof TaskListQuery>;

/** Names a set of tasks, resolved by the server at the time of the call. */
export const TaskSelection = z.strictObject({
  ids: z.array(TaskIdSchema).max(100_000).optional(),
  ranges: z
    .array(z.strictObject({ from: TaskIdSchema, to: TaskIdSchema }))
    .max(1_000)
    .optional(),
  names: z.array(text(300).min(1)).max(10_000).optional(),
  status: z.array(z.enum(STATUSES)).optional(),
  last: z.int().min(1).max(100_000).optional(),
  all: z.literal(true).optional(),
  batch: BatchName.optional(),
});
export type TaskSelection = z.infer<typeof TaskSelection>;

/** A line of a task list. Times are milliseconds since the epoch. */
export interface TaskSummary {
  id: TaskId;
  status: Status;
  name?: string;
  command: string;
  batch: string;
  batchId: BatchId;
  workerId?: WorkerId;
  worker?: string;
  attempt: number;
  retry: number;
  priority: number;
  hidden: boolean;
  createdAt: number;
  modifiedAt: number;
  statusAt: number;
  startedAt?: number;
  exitCode?: number;
  failure?: FailureClass;
  message?: string;
}

export interface ExecutionSummary {
  id: ExecutionId;
  taskId: TaskId;
  attempt: number;
  workerId: WorkerId;
  worker: string;
  outcome: 'open' | 'succeeded' | 'failed' | 'lost' | 'canceled';
  createdAt: number;
  acceptedAt?: number;
  startedAt?: number;
  endedAt?: number;
  exitCode?: number;
  failure?: FailureClass;
  message?: string;
}

export interface TaskDetail extends TaskSummary {
  settings: TaskSettings;
  dependency: { taskId: TaskId; kind: 'success' | 'end'; met: boolean }[];
  previousTaskId?: TaskId;
  executions: ExecutionSummary[];
}
