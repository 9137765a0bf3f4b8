import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StatusCounts } from '#core/contract/counters.ts';
import { STATUSES } from '#core/task/status.ts';
import { displayWidth } from '../output/display-text.ts';
import { progressBar, progressLine, progressText } from './progress-line.ts';

function countsOf(some: Partial<StatusCounts>): StatusCounts {
  return { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0, ...some };
}

const half = { counts: countsOf({ S: 10, F: 2, R: 3, U: 1, W: 8 }), total: 24, ended: 12 };

describe('a line of progress', () => {
  it('counts what a person tells apart', () => {
    expect(progressText(half, 3_200)).toBe('12/24  10 succeeded, 2 failed, 4 running, 8 waiting  3.20 s');
  });

  it('has a bar where there is room, and none where there is not', () => {
    const wide = progressLine(half, { width: 120, colour: false, elapsed: 0 });
    expect(wide).toMatch(/^█{17}×{3}▓{7}·{13} {2}12\/24/);
    expect(progressLine(half, { width: 40, colour: false, elapsed: 0 })).toBe(
      '12/24  10 succeeded, 2 failed, 4 runnin',
    );
  });

  it('shows every group that has tasks, in exactly the width it was given', () => {
    const counts = fc.tuple(
      ...STATUSES.map((status) => fc.tuple(fc.constant(status), fc.oneof(fc.constant(0), fc.nat(1_000_000)))),
    );
    fc.assert(
      fc.property(counts, fc.integer({ min: 10, max: 60 }), (entries, width) => {
        const progress = { counts: countsOf(Object.fromEntries(entries)), total: 1, ended: 0 };
        const bar = progressBar(progress, width, false);
        expect(displayWidth(bar)).toBe(width);
        if (progress.counts.F > 0) expect(bar).toContain('×');
        if (progress.counts.S > 0) expect(bar).toContain('█');
      }),
    );
  });

  it('never exceeds the terminal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), (width) => {
        expect(displayWidth(progressLine(half, { width, colour: false, elapsed: 0 }))).toBeLessThan(
          Math.max(width, 1) + 1,
        );
      }),
    );
  });
});
