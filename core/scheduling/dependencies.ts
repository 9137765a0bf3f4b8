import type { EndedStatus } from '#core/task/status.ts';

/** `success` waits until the other task has succeeded (`--dependency`), `end` until it has ended at all (`--after`). */
export type DependencyKind = 'success' | 'end';

/**
 * Whether a dependency on a task that ended as `ended` no longer holds its dependent back.
 * A failed task with retries left is about to be hidden and cloned: it settles nothing, and its dependents wait for
 * the clone. A canceled one is never cloned, whatever its retries, so it has ended for good.
 */
export function settles(kind: DependencyKind, ended: EndedStatus, retriesLeft: number): boolean {
  switch (ended) {
    case 'S':
      return true;
    case 'F':
      return kind === 'end' && retriesLeft <= 0;
    case 'X':
      return kind === 'end';
  }
}

/**
 * The ids of one cycle, each depending on the next and the last on the first; undefined when there is none.
 * `edges` leads from a task to those that it depends on. Takes time in proportion to the edges, and no call stack.
 */
export function findCycle(edges: ReadonlyMap<number, readonly number[]>): number[] | undefined {
  const clear = new Set<number>();
  for (const start of edges.keys()) {
    const cycle = clear.has(start) ? undefined : findCycleFrom(start, edges, clear);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Walks all that `start` leads to; `clear` has, and gets, the ids that lead to no cycle. */
function findCycleFrom(
  start: number,
  edges: ReadonlyMap<number, readonly number[]>,
  clear: Set<number>,
): number[] | undefined {
  const path = [{ id: start, tried: 0 }];
  const depthOf = new Map([[start, 0]]);
  for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
    const next = edges.get(step.id)?.[step.tried];
    step.tried += 1;
    if (next === undefined) {
      path.pop();
      depthOf.delete(step.id);
      clear.add(step.id);
    } else if (depthOf.has(next)) {
      return path.slice(depthOf.get(next)).map(({ id }) => id);
    } else if (!clear.has(next)) {
      depthOf.set(next, path.length);
      path.push({ id: next, tried: 0 });
    }
  }
  return undefined;
}
