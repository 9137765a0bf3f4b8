import type { Failure } from './failure.ts';
import type { OpenStatus, Status } from './status.ts';
import { isOpen } from './status.ts';
import type { Step } from './step.ts';
import { canMove } from './transition.ts';

/** What an agent says about one of its executions, in the order in which it happened. */
export type Progress =
  | { kind: 'accepted' }
  | { kind: 'downloading' }
  | { kind: 'held' }
  | { kind: 'started' }
  | { kind: 'suspended' }
  | { kind: 'resumed' }
  | { kind: 'uploading'; ok: boolean }
  | { kind: 'succeeded' }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'returned'; reason: string };

/**
 * The steps a task takes when its agent reports `progress` at time `at`; the last one is where it stays.
 * `succeeded` and `failed` pass through U and V even when the agent had nothing to upload, so that a task's history
 * reads the same for every task. What was reported before is no step at all (`[]`): an agent that was restarted may
 * tell again how far it has come.
 * Returns undefined when the table forbids it, or the execution is closed.
 */
export function stepsOf(from: Status, progress: Progress, at: number): readonly Step[] | undefined {
  // The table lets an ended task go back to pending, which is for people to order, not for agents to report.
  if (!isOpen(from)) return undefined;
  const steps = wantedSteps(from, progress, at);
  let status: Status = from;
  for (const { to } of steps) {
    if (!canMove(status, to)) return undefined;
    status = to;
  }
  return steps;
}

/** How far an execution has come, for reports that only ever go forward. */
const STAGE: Readonly<Record<OpenStatus, number>> = { A: 0, C: 1, D: 2, O: 3, R: 4, Z: 4, U: 5, V: 5 };

function wantedSteps(from: OpenStatus, progress: Progress, at: number): readonly Step[] {
  switch (progress.kind) {
    case 'accepted':
      return forward(from, 'C', at);
    case 'downloading':
      return forward(from, 'D', at);
    case 'held':
      return forward(from, 'O', at);
    case 'started':
      return forward(from, 'R', at);
    case 'resumed':
      return from === 'R' ? [] : [{ to: 'R', at }];
    case 'suspended':
      return from === 'Z' ? [] : [{ to: 'Z', at }];
    case 'uploading':
      return forward(from, progress.ok ? 'U' : 'V', at);
    case 'succeeded':
      return from === 'U'
        ? [{ to: 'S', at }]
        : [
            { to: 'U', at },
            { to: 'S', at },
          ];
    case 'failed':
      return [...wayToFailure(from).map((to) => ({ to, at })), { to: 'F', at, failure: progress.failure }];
    case 'returned':
      return [{ to: 'P', at, lost: { class: 'lost', message: progress.reason } }];
  }
}

function forward(from: OpenStatus, to: Exclude<OpenStatus, 'A'>, at: number): readonly Step[] {
  return STAGE[from] >= STAGE[to] ? [] : [{ to, at }];
}

function wayToFailure(from: OpenStatus): readonly ('D' | 'R' | 'V')[] {
  if (from === 'U' || from === 'V') return [];
  if (from === 'C') return ['D', 'V'];
  if (from === 'O') return ['R', 'V'];
  return ['V'];
}
