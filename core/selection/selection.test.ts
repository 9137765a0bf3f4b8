import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_RANGE, parseSelection, printSelection, type SelectionItem } from './selection.ts';

function itemsOf(text: string): SelectionItem[] {
  const parsed = parseSelection(text);
  if (!parsed.ok) throw new Error(`column ${parsed.column}: ${parsed.message}`);
  return parsed.items;
}

describe('parseSelection', () => {
  it.each<[string, SelectionItem[]]>([
    ['12', [{ kind: 'id', id: 12 }]],
    ['1-3', [{ kind: 'range', from: 1, to: 3 }]],
    ['5-5', [{ kind: 'range', from: 5, to: 5 }]],
    [
      '1,4-6',
      [
        { kind: 'id', id: 1 },
        { kind: 'range', from: 4, to: 6 },
      ],
    ],
    [
      ' 1 , 4 - 6 ',
      [
        { kind: 'id', id: 1 },
        { kind: 'range', from: 4, to: 6 },
      ],
    ],
    ['all', [{ kind: 'all' }]],
    ['last', [{ kind: 'last', count: 1 }]],
    ['last:3', [{ kind: 'last', count: 3 }]],
    ['failed', [{ kind: 'failed' }]],
    ['failed,last:2,assembly', [{ kind: 'failed' }, { kind: 'last', count: 2 }, { kind: 'name', name: 'assembly' }]],
    ['2024-assembly', [{ kind: 'name', name: '2024-assembly' }]],
    ['1st run', [{ kind: 'name', name: '1st run' }]],
    ['lastly', [{ kind: 'name', name: 'lastly' }]],
    ['échantillon-7', [{ kind: 'name', name: 'échantillon-7' }]],
    [`1-${LARGEST_RANGE}`, [{ kind: 'range', from: 1, to: LARGEST_RANGE }]],
  ])('reads %s', (text, expected) => {
    expect(itemsOf(text)).toEqual(expected);
  });

  it.each([
    ['', 1, 'Nothing is selected'],
    ['1,,2', 3, 'too many'],
    ['1,', 3, 'too many'],
    [',1', 1, 'too many'],
    ['1-', 1, 'neither a number nor a range'],
    ['2,-3', 3, 'neither a number nor a range'],
    ['2, 1--3', 4, 'neither a number nor a range'],
    ['1-2-3', 1, 'neither a number nor a range'],
    ['1.5', 1, 'neither a number nor a range'],
    ['1–3', 1, 'a range like 1-3'],
    ['0', 1, 'count from 1'],
    ['0-3', 1, 'count from 1'],
    ['9007199254740993', 1, 'No id is "9007199254740993"'],
    ['7,3-1', 3, 'runs backwards'],
    [`1-${LARGEST_RANGE + 1}`, 1, 'too large'],
    ['last:', 1, 'how many'],
    ['a,last:x', 3, 'how many'],
    ['last:-1', 1, 'how many'],
    ['last:0', 1, 'selects nothing'],
    [`last:${LARGEST_RANGE + 1}`, 1, 'too many'],
  ])('refuses %j at column %i', (text, column, message) => {
    expect(parseSelection(text)).toEqual({ ok: false, column, message: expect.stringContaining(message) });
  });

  it('never throws, and points into the text', () => {
    const fragments = fc.constantFrom(',', '-', ':', 'last', 'all', '1', '0', '999999999999', ' ', '.', '–', 'x');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragments).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (written) => {
        const parsed = parseSelection(written);
        if (parsed.ok) {
          expect(parsed.items.length).toBeGreaterThan(0);
          expect(itemsOf(printSelection(parsed.items))).toEqual(parsed.items);
        } else {
          expect(parsed.message).toMatch(/^.{20,200}$/u);
          expect(parsed.column).toBeGreaterThanOrEqual(1);
          expect(parsed.column).toBeLessThanOrEqual(written.length + 1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('printSelection', () => {
  const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - LARGEST_RANGE });
  const item: fc.Arbitrary<SelectionItem> = fc.oneof(
    id.map((id) => ({ kind: 'id' as const, id })),
    fc.tuple(id, fc.nat(LARGEST_RANGE - 1)).map(([from, more]) => ({ kind: 'range' as const, from, to: from + more })),
    fc.constant({ kind: 'all' as const }),
    fc.integer({ min: 1, max: LARGEST_RANGE }).map((count) => ({ kind: 'last' as const, count })),
    fc.constant({ kind: 'failed' as const }),
    fc.stringMatching(/^[a-z][\w. -]{0,18}[a-z]$/).map((name) => ({ kind: 'name' as const, name: `run-${name}` })),
  );

  it('prints what is read back as the same', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 6 }), (items) => {
        expect(itemsOf(printSelection(items))).toEqual(items);
      }),
    );
  });
});
