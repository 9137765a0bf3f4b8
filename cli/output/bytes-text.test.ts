import { expect, it } from 'vitest';
import { bytesText } from './bytes-text.ts';

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [1_549, '1.5 kB'],
  [9_960, '10 kB'],
  [999_600, '1.0 MB'],
  [23_400_000_000, '23 GB'],
  [5e18, '5000 PB'],
])('%d is %s', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
