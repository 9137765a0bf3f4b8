import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shareUnchanged } from './share-unchanged.ts';

test('always equals what came last, whatever was there before', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (previous, next) => {
      expect(shareUnchanged(previous, next)).toEqual(next);
    }),
  );
});

test('is the very same object when nothing changed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(shareUnchanged(value, structuredClone(value))).toBe(value);
    }),
  );
});

test('keeps the rows that did not change and replaces the one that did', () => {
  const previous = { at: 1, rows: [{ n: 1 }, { n: 2 }] };
  const shared = shareUnchanged(previous, { at: 2, rows: [{ n: 1 }, { n: 3 }] });
  expect(shared.rows[0]).toBe(previous.rows[0]);
  expect(shared.rows[1]).not.toBe(previous.rows[1]);
  expect(shared.rows).not.toBe(previous.rows);
});

test('notices a row that went and a field that went', () => {
  expect(shareUnchanged([1, 2], [1])).toEqual([1]);
  expect(shareUnchanged<Record<string, number>>({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
  expect(shareUnchanged<unknown>({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
});
