import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StatusCounts } from '#core/contract/counters.ts';
import { STATUSES } from '#core/task/status.ts';
import { barSegments, describeCounts, endedPercent, FAMILIES, formatCount, sumOf, totalOf } from './counts.ts';

const NONE: StatusCounts = { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0 };

const anyCount = fc.nat(1_000_000);
const anyCounts: fc.Arbitrary<StatusCounts> = fc.record({
  ...{ I: anyCount, W: anyCount, P: anyCount, A: anyCount, C: anyCount, D: anyCount, O: anyCount },
  ...{ R: anyCount, Z: anyCount, U: anyCount, V: anyCount, S: anyCount, F: anyCount, X: anyCount },
});

describe('barSegments', () => {
  test('holds every task once and no empty segment', () => {
    fc.assert(
      fc.property(anyCounts, (tasks) => {
        const segments = barSegments(tasks);
        expect(segments.every(({ count }) => count > 0)).toBe(true);
        expect(new Set(segments.map(({ status }) => status)).size).toBe(segments.length);
        expect(segments.reduce((sum, { count }) => sum + count, 0)).toBe(totalOf(tasks));
      }),
    );
  });

  test('puts what has ended before what a worker has, and that before what waits', () => {
    const segments = barSegments({ ...NONE, P: 3, R: 2, S: 5, F: 1 });
    expect(segments.map(({ status }) => status)).toEqual(['S', 'F', 'R', 'P']);
  });

  test('is empty without tasks', () => {
    expect(barSegments(NONE)).toEqual([]);
  });
});

describe('endedPercent', () => {
  test('says 100 only when every task has ended', () => {
    expect(endedPercent({ ...NONE, S: 99_999, R: 1 })).toBe(99);
    expect(endedPercent({ ...NONE, S: 99_998, F: 1, X: 1 })).toBe(100);
  });

  test('stays within 0 and 100, and is unknown without tasks', () => {
    expect(endedPercent(NONE)).toBeUndefined();
    fc.assert(
      fc.property(anyCounts, (tasks) => {
        const percent = endedPercent(tasks) ?? 0;
        expect(percent).toBeGreaterThanOrEqual(0);
        expect(percent).toBeLessThanOrEqual(100);
      }),
    );
  });
});

test('the families hold every status exactly once', () => {
  const listed = Object.values(FAMILIES).flat();
  expect(listed.toSorted()).toEqual(STATUSES.toSorted());
  fc.assert(
    fc.property(anyCounts, (tasks) => {
      const sums = Object.values(FAMILIES).map((family) => sumOf(tasks, family));
      expect(sums.reduce((sum, part) => sum + part, 0)).toBe(totalOf(tasks));
    }),
  );
});

test('describeCounts says a bar in words', () => {
  expect(describeCounts({ ...NONE, P: 3, S: 12_480, V: 1 })).toBe('12,480 succeeded, 1 uploading (failed), 3 pending');
  expect(describeCounts(NONE)).toBe('no task');
  expect(formatCount(1_000_000)).toBe('1,000,000');
});
