import type { Logger } from 'pino';
import type { Order } from '#core/contract/agent.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import type { Progress } from '#core/task/report.ts';
import type { Executor } from './executor/executor.ts';
import type { Holdings } from './holdings.ts';
import type { LogShipper } from './log-shipper.ts';
import type { Slots } from './slots.ts';

/** What an execution works with. */
export interface Tools {
  executorFor: (order: Order) => Executor;
  executionsFolder: string;
  holdings: Holdings;
  logs: LogShipper;
  slots: Slots;
  log: Logger;
  /** Whether commands have folders, inputs and logs; the no-op executor has none. */
  stages: boolean;
  /** How many tasks this machine runs at once, for CPU and MEM. */
  concurrency: () => number;
  report: (id: ExecutionId, progress: Progress) => void;
  /** Resolves when what was reported so far is in the outbox's journal; false when it could not be written. */
  reportsStored: () => Promise<boolean>;
  /** Forgets an execution and removes its folder. */
  drop: (id: ExecutionId) => Promise<void>;
  /** Milliseconds since the epoch. */
  now: () => number;
}
