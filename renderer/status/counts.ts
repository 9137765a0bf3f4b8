import type { StatusCounts } from '#core/contract/counters.ts';
import type { Status } from '#core/task/status.ts';
import { ENDED, OPEN, STATUS_WORDS } from '#core/task/status.ts';

/** Before a worker has it, while one has it, after. Every status is in exactly one family. */
export const FAMILIES = {
  queued: ['I', 'W', 'P'],
  open: OPEN,
  ended: ENDED,
} as const satisfies Record<string, readonly Status[]>;

/** Left to right as work moves: what has ended first, what has not begun last, so that a bar fills like a progress bar. */
const BAR_ORDER: readonly Status[] = ['S', 'F', 'X', 'V', 'U', 'R', 'Z', 'O', 'D', 'C', 'A', 'P', 'W', 'I'];

export interface BarSegment {
  status: Status;
  count: number;
}

export function sumOf(tasks: StatusCounts, statuses: readonly Status[]): number {
  return statuses.reduce((sum, status) => sum + tasks[status], 0);
}

export function totalOf(tasks: StatusCounts): number {
  return sumOf(tasks, BAR_ORDER);
}

/** The statuses that have tasks, in the order of a bar. Empty when there is no task. */
export function barSegments(tasks: StatusCounts): BarSegment[] {
  return BAR_ORDER.filter((status) => tasks[status] > 0).map((status) => ({ status, count: tasks[status] }));
}

/** Whole percent of the tasks that have ended; 100 only when all have, undefined when there is none. */
export function endedPercent(tasks: StatusCounts): number | undefined {
  const total = totalOf(tasks);
  return total === 0 ? undefined : Math.floor((100 * sumOf(tasks, ENDED)) / total);
}

/** A bar in words: `20 succeeded, 1 failed, 3 pending`. */
export function describeCounts(tasks: StatusCounts): string {
  const parts = barSegments(tasks).map(({ status, count }) => `${formatCount(count)} ${STATUS_WORDS[status]}`);
  return parts.length === 0 ? 'no task' : parts.join(', ');
}

const counts = new Intl.NumberFormat('en');

/** `12480` as `12,480`. */
export function formatCount(count: number): string {
  return counts.format(count);
}
