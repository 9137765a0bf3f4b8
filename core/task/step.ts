import type { Failure } from './failure.ts';
import type { WorkerId } from './ids.ts';
import type { Status } from './status.ts';

/**
 * One change of status with what belongs to it: nothing is assigned without a worker, and nothing fails without a
 * reason. `at` is milliseconds since the epoch.
 */
export type Step = { at: number } & (
  | { to: 'A'; workerId: WorkerId }
  | { to: 'F'; failure: Failure }
  /** `lost` says why an execution was given up; there is none when the task was only queued. */
  | { to: 'P'; lost?: Failure }
  | { to: Exclude<Status, 'A' | 'F' | 'P'> }
);
