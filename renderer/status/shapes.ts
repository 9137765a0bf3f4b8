import type { WorkerStatus } from '#core/contract/counters.ts';
import type { Status } from '#core/task/status.ts';

/** The shapes that tell statuses apart without colour. The circles fill up as a task comes closer to running. */
export type Shape =
  | 'dashed'
  | 'empty'
  | 'quarter'
  | 'half'
  | 'three-quarters'
  | 'full'
  | 'check'
  | 'cross'
  | 'bars'
  | 'dash';

/** The colours of look/colours.css that a status may have. */
type Tone = 'grey' | 'blue' | 'green' | 'red' | 'amber';

export interface Appearance {
  shape: Shape;
  tone: Tone;
}

export const TASK_APPEARANCE: Readonly<Record<Status, Appearance>> = {
  I: { shape: 'dash', tone: 'grey' },
  W: { shape: 'dashed', tone: 'grey' },
  P: { shape: 'empty', tone: 'grey' },
  A: { shape: 'quarter', tone: 'blue' },
  C: { shape: 'quarter', tone: 'blue' },
  D: { shape: 'half', tone: 'blue' },
  O: { shape: 'three-quarters', tone: 'blue' },
  R: { shape: 'full', tone: 'blue' },
  Z: { shape: 'bars', tone: 'amber' },
  U: { shape: 'half', tone: 'blue' },
  V: { shape: 'half', tone: 'red' },
  S: { shape: 'check', tone: 'green' },
  F: { shape: 'cross', tone: 'red' },
  X: { shape: 'dash', tone: 'grey' },
};

export const WORKER_APPEARANCE: Readonly<Record<WorkerStatus, Appearance>> = {
  installing: { shape: 'quarter', tone: 'blue' },
  running: { shape: 'full', tone: 'blue' },
  paused: { shape: 'bars', tone: 'amber' },
  offline: { shape: 'dashed', tone: 'amber' },
  lost: { shape: 'cross', tone: 'red' },
  evicted: { shape: 'cross', tone: 'amber' },
  deleting: { shape: 'dash', tone: 'grey' },
  failed: { shape: 'cross', tone: 'red' },
};
