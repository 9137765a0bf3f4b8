import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycle, settles } from './dependencies.ts';

describe('settles', () => {
  it.each([
    ['success', 'S', 0, true],
    ['success', 'S', 2, true],
    ['success', 'F', 0, false],
    ['success', 'F', 2, false],
    ['success', 'X', 0, false],
    ['end', 'S', 2, true],
    ['end', 'F', 0, true],
    ['end', 'F', 1, false],
    ['end', 'X', 0, true],
    ['end', 'X', 3, true],
  ] as const)(
    'a dependency on %s of a task that ended %s with %i retries left: %s',
    (kind, ended, retries, expected) => {
      expect(settles(kind, ended, retries)).toBe(expected);
    },
  );
});

describe('findCycle', () => {
  it('finds none where there is none', () => {
    const diamond = new Map([
      [1, [2, 3]],
      [2, [4]],
      [3, [4]],
    ]);
    expect(findCycle(diamond)).toBeUndefined();
  });

  it('finds a task that depends on itself', () => {
    expect(findCycle(new Map([[7, [7]]]))).toEqual([7]);
  });

  it('names the cycle in order, without the tasks that only lead to it', () => {
    const edges = new Map([
      [1, [2]],
      [2, [9, 3]],
      [3, [4]],
      [4, [2]],
    ]);
    expect(findCycle(edges)).toEqual([2, 3, 4]);
  });

  it('walks a chain of 100,000 tasks, and closes it', () => {
    const length = 100_000;
    const chain = new Map(Array.from({ length }, (_, id) => [id, [id + 1]]));
    expect(findCycle(chain)).toBeUndefined();
    chain.set(length, [0]);
    expect(findCycle(chain)).toHaveLength(length + 1);
  });

  it('is right about any graph', () => {
    const graph = fc
      .array(fc.tuple(fc.nat(7), fc.array(fc.nat(9), { maxLength: 3 })), { maxLength: 8 })
      .map((entries) => new Map(entries));
    fc.assert(
      fc.property(graph, (edges) => {
        const cycle = findCycle(edges);
        if (cycle === undefined) {
          expect(withoutLeaves(edges).size).toBe(0);
          return;
        }
        expect(new Set(cycle).size).toBe(cycle.length);
        cycle.forEach((id, index) => {
          expect(edges.get(id)).toContain(cycle[(index + 1) % cycle.length]);
        });
      }),
      { numRuns: 500 },
    );
  });
});

/** What remains after taking away, again and again, the tasks that depend on none that remains. */
function withoutLeaves(edges: ReadonlyMap<number, readonly number[]>): Map<number, readonly number[]> {
  const rest = new Map(edges);
  for (let before = -1; before !== rest.size; ) {
    before = rest.size;
    for (const [id, targets] of rest) {
      if (!targets.some((target) => rest.has(target))) rest.delete(id);
    }
  }
  return rest;
}
