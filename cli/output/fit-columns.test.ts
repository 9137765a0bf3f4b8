import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitWidths, GAP } from './fit-columns.ts';

describe('fitWidths', () => {
  it('leaves widths alone that fit', () => {
    expect(fitWidths([3, 10], [undefined, 5], 15)).toEqual([3, 10]);
  });

  it('takes from the widest first, and never from one that must not be cut', () => {
    expect(fitWidths([40, 30, 10], [undefined, 5, 5], 60)).toEqual([40, 8, 8]);
  });

  it('stays too wide when nothing may be cut further', () => {
    expect(fitWidths([10, 10], [undefined, 8], 5)).toEqual([10, 8]);
  });

  it('fits whenever the least widths do, and wastes nothing', () => {
    const column = fc.record({ natural: fc.nat(200), least: fc.option(fc.nat(20), { nil: undefined }) });
    fc.assert(
      fc.property(
        fc.array(column, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 200 }),
        (columns, available) => {
          const natural = columns.map((entry) => entry.natural);
          const cutTo = columns.map((entry) => entry.least);
          const widths = fitWidths(natural, cutTo, available);
          const total = (list: number[]) => list.reduce((sum, width) => sum + width, 0) + GAP * (list.length - 1);
          const least = natural.map((width, index) => Math.min(width, cutTo[index] ?? width));
          for (const [index, width] of widths.entries()) {
            expect(width).toBeGreaterThanOrEqual(least[index] ?? 0);
            expect(width).toBeLessThanOrEqual(natural[index] ?? 0);
          }
          if (total(natural) <= available) expect(widths).toEqual(natural);
          else if (total(least) <= available) expect(total(widths)).toBe(available);
          else expect(widths).toEqual(least);
        },
      ),
    );
  });
});
