import { expect, it } from 'vitest';
import { makeProgressDisplay, ProgressLines } from './progress-display.ts';
import type { TaskProgress } from './progress-line.ts';

const none = { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0 };
const at = (succeeded: number): TaskProgress => ({
  counts: { ...none, S: succeeded, P: 4 - succeeded },
  total: 4,
  ended: succeeded,
});

it('writes to a log what has changed, now and then, and how it ended', () => {
  let now = 0;
  const written: string[] = [];
  const lines = new ProgressLines({ write: (text) => written.push(text) }, () => now);
  for (const [time, succeeded] of [
    [0, 0],
    [500, 1],
    [2_000, 2],
    [3_000, 2],
    [3_900, 4],
  ] as const) {
    now = time;
    lines.show(at(succeeded));
  }
  now = 5_000;
  lines[Symbol.dispose]();
  lines[Symbol.dispose]();
  expect(written).toEqual([
    '0/4  4 pending  0.00 s\n',
    '2/4  2 succeeded, 2 pending  2.00 s\n',
    '4/4  4 succeeded  5.00 s\n',
  ]);
});

it('draws one line over itself on a terminal, and ends it', () => {
  const written: string[] = [];
  {
    using bar = makeProgressDisplay({ isTTY: true, columns: 80, write: (text) => written.push(text) });
    bar.show(at(1));
    bar.show(at(4));
  }
  expect(written.at(-1)).toBe('\n');
  for (const text of written.slice(0, -1)) {
    expect(text.startsWith('\r')).toBe(true);
    expect(text.endsWith('\u001b[K')).toBe(true);
    expect(text.slice(1)).not.toMatch(/[\r\n]/);
  }
});
