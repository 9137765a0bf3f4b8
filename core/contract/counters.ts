import type { BatchId, WorkerId } from '../task/ids.ts';
import type { Status } from '../task/status.ts';

export type WorkerStatus = 'installing' | 'running' | 'paused' | 'offline' | 'lost' | 'evicted' | 'deleting' | 'failed';

export type StatusCounts = Record<Status, number>;

export interface BatchSummary {
  id: BatchId;
  name: string;
  paused: boolean;
  tasks: StatusCounts;
  workers: string[];
}

/** Times are milliseconds since the epoch. `succeeded` and `failed` count executions since the worker enrolled. */
export interface WorkerSummary {
  id: WorkerId;
  name: string;
  batch: string;
  status: WorkerStatus;
  concurrency: number;
  prefetch: number;
  assigned: number;
  accepted: number;
  running: number;
  succeeded: number;
  failed: number;
  createdAt: number;
  lastContactAt: number;
}

/** All counters at one moment; hidden tasks (attempts that were retried) are not counted. */
export interface CountersSnapshot {
  at: number;
  tasks: StatusCounts;
  batches: BatchSummary[];
  workers: WorkerSummary[];
}
