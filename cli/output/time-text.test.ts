import { describe, expect, it } from 'vitest';
import { durationText, isoText, momentText } from './time-text.ts';

describe('durationText', () => {
  it.each([
    [0, '0.00 s'],
    [420, '0.42 s'],
    [9_994, '9.99 s'],
    [12_340, '12.3 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 00 s'],
    [184_000, '3 min 04 s'],
    [3_599_400, '59 min 59 s'],
    [7_500_000, '2 h 05 min'],
    [273_600_000, '3 d 4 h'],
    [-5, '0.00 s'],
  ])('%d ms is %s', (milliseconds, text) => {
    expect(durationText(milliseconds)).toBe(text);
  });
});

describe('momentText', () => {
  const now = Date.UTC(2026, 0, 31, 12);
  it.each([
    [500, 'now'],
    [30_000, '30 s ago'],
    [90_000, '1 min ago'],
    [5 * 3_600_000, '5 h ago'],
    [49 * 3_600_000, '2 d ago'],
  ])('%d ms back is %s on a terminal', (span, text) => {
    expect(momentText(now - span, { now, relativeTimes: true })).toBe(text);
  });

  it('is exact elsewhere', () => {
    expect(momentText(now - 500, { now, relativeTimes: false })).toBe('2026-01-31T11:59:59Z');
    expect(isoText(now)).toBe('2026-01-31T12:00:00Z');
  });
});
