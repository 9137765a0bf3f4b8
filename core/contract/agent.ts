import { z } from 'zod';
import { FAILURE_CLASSES } from '../task/failure.ts';
import type { ExecutionId, TaskId, WorkerId } from '../task/ids.ts';
import type { Progress } from '../task/report.ts';
import type { ErrorCode } from './errors.ts';
import { ExecutionId as ExecutionIdSchema } from './ids.ts';
import type { TaskSettings } from './task.ts';
import { BatchName } from './task.ts';

export const MAX_REPORTS_PER_REQUEST = 5_000;
export const MAX_LOG_CHUNK_BYTES = 262_144;

const Concurrency = z.int().min(0).max(10_000);
const Prefetch = z.int().min(0).max(100_000);

export const Enrolment = z.strictObject({
  name: z.string().min(1).max(200),
  batch: BatchName.optional(),
  concurrency: Concurrency,
  prefetch: Prefetch,
  version: z.string().max(100),
});
export type Enrolment = z.infer<typeof Enrolment>;

export interface Enrolled {
  workerId: WorkerId;
  /** The worker's own token; it can act on nothing but this worker's executions. */
  token: string;
}

/** One execution to run. `env` of the settings is the user's; the agent adds INPUT, OUTPUT, CPU and their like. */
export interface Order {
  executionId: ExecutionId;
  taskId: TaskId;
  attempt: number;
  command: string;
  settings: TaskSettings;
}

export type AgentSignal = 'TERM' | 'KILL' | 'TSTP' | 'CONT';

/** What the server sends down an agent's subscription. `hello` is always first, then whatever changes. */
export type ServerMessage =
  | {
      kind: 'hello';
      workerId: WorkerId;
      /** Reports up to this sequence number are stored; the agent's next is one more. */
      lastSeq: number;
      concurrency: number;
      prefetch: number;
      /** How often to give a sign of life, in milliseconds. */
      heartbeat: number;
      /** Held executions that the server still wants, with what it has of their logs, in bytes. */
      wanted: { executionId: ExecutionId; stdout: number; stderr: number }[];
      /** Held executions that the server has closed: kill, forget, report no more. */
      closed: ExecutionId[];
    }
  | { kind: 'run'; orders: Order[] }
  | { kind: 'signal'; executionId: ExecutionId; signal: AgentSignal /** seconds from TERM to KILL */; grace?: number }
  | { kind: 'forget'; executionIds: ExecutionId[] }
  | { kind: 'retire'; reason: string };

export const SessionInput = z.strictObject({
  /** Executions that the agent has on disk and whose end the server has not acknowledged. */
  holding: z.array(ExecutionIdSchema).max(200_000),
  /** Names the agent's run of sequence numbers; another name means that it counts from 1 again. */
  outbox: z.string().max(100),
  /** Set when the agent was started with other numbers than before; else the server's stand. */
  capacity: z.strictObject({ concurrency: Concurrency, prefetch: Prefetch }).exactOptional(),
  version: z.string().max(100),
});

export type SessionInput = z.infer<typeof SessionInput>;

const Failure = z.strictObject({
  class: z.enum(FAILURE_CLASSES),
  message: z.string().max(10_000),
  exitCode: z.int().exactOptional(),
});

export const ProgressReport = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accepted') }),
  z.strictObject({ kind: z.literal('downloading') }),
  z.strictObject({ kind: z.literal('held') }),
  z.strictObject({ kind: z.literal('started') }),
  z.strictObject({ kind: z.literal('suspended') }),
  z.strictObject({ kind: z.literal('resumed') }),
  z.strictObject({ kind: z.literal('uploading'), ok: z.boolean() }),
  z.strictObject({ kind: z.literal('succeeded') }),
  z.strictObject({ kind: z.literal('failed'), failure: Failure }),
  z.strictObject({ kind: z.literal('returned'), reason: z.string().max(1_000) }),
]);

/** `at` is the agent's clock in milliseconds since the epoch. */
export const Report = z.strictObject({
  seq: z.int().positive(),
  executionId: ExecutionIdSchema,
  at: z.number(),
  progress: ProgressReport,
});

/** The same as {@link Report} after parsing, with `progress` in the words of core/task. */
export interface ReportRecord {
  seq: number;
  executionId: ExecutionId;
  at: number;
  progress: Progress;
}

export const Reports = z.array(Report).min(1).max(MAX_REPORTS_PER_REQUEST);

export interface ReportsAnswer {
  /** All reports up to here are stored. */
  lastSeq: number;
  /** Executions whose reports were refused: kill, forget. */
  refused: Refusal[];
}

/** The execution is closed, or the report cannot follow what was reported before. */
export interface Refusal {
  executionId: ExecutionId;
  code: Extract<ErrorCode, 'STALE_EXECUTION' | 'ILLEGAL_TRANSITION'>;
}

export const LogChunks = z
  .array(
    z.strictObject({
      executionId: ExecutionIdSchema,
      stream: z.enum(['stdout', 'stderr']),
      offset: z.int().min(0),
      /** base64 */
      data: z.string().max(Math.ceil(MAX_LOG_CHUNK_BYTES / 3) * 4),
    }),
  )
  .min(1)
  .max(1_000);
export type LogChunk = z.infer<typeof LogChunks>[number];

export interface LogsAnswer {
  /** For each chunk in turn, the bytes stored of that stream; null: the execution is closed, send no more. */
  sizes: (number | null)[];
}
