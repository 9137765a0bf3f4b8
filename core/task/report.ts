import type { Failure } from './failure.ts';
import type { Status } from './status.ts';
import { isOpen } from './status.ts';
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
 * The statuses a task passes through, in order, when its agent reports `progress`; the last one is where it stays.
 * `succeeded` and `failed` pass through U and V even when the agent had nothing to upload, so that a task's history
 * reads the same for every task. What was reported before is no step at all (`[]`): an agent that was restarted may
 * tell again how far it has come.
 * Returns undefined when the table forbids it, or the execution is closed.
 */
export function stepsOf(from: Status, progress: Progress): readonly Status[] | undefined {
  // The table lets an ended task go back to pending, which is for people to order, not for agents to report.
  if (!isOpen(from)) return undefined;
  const wanted = wantedSteps(from, progress);
  let at: Status = from;
  for (const next of wanted) {
    if (!canMove(at, next)) return undefined;
    at = next;
  }
  return wanted;
}

/** How far an execution has come, for reports that only ever go forward. */
const STAGE: Readonly<Partial<Record<Status, number>>> = { A: 0, C: 1, D: 2, O: 3, R: 4, Z: 4, U: 5, V: 5 };

function wantedSteps(from: Status, progress: Progress): readonly Status[] {
  switch (progress.kind) {
    case 'accepted':
      return forward(from, 'C');
    case 'downloading':
      return forward(from, 'D');
    case 'held':
      return forward(from, 'O');
    case 'started':
      return forward(from, 'R');
    case 'resumed':
      return from === 'R' ? [] : ['R'];
    case 'suspended':
      return from === 'Z' ? [] : ['Z'];
    case 'uploading':
      return forward(from, progress.ok ? 'U' : 'V');
    case 'succeeded':
      return from === 'U' ? ['S'] : ['U', 'S'];
    case 'failed':
      return stepsToFailure(from);
    case 'returned':
      return ['P'];
  }
}

function forward(from: Status, to: Status): readonly Status[] {
  return (STAGE[from] ?? 0) >= (STAGE[to] ?? 0) ? [] : [to];
}

function stepsToFailure(from: Status): readonly Status[] {
  if (from === 'U' || from === 'V') return ['F'];
  if (from === 'C') return ['D', 'V', 'F'];
  if (from === 'O') return ['R', 'V', 'F'];
  return ['V', 'F'];
}
