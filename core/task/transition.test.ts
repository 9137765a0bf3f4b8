import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Progress } from './report.ts';
import { stepsOf } from './report.ts';
import type { Status } from './status.ts';
import { ENDED, isEnded, isOpen, OPEN, STATUSES } from './status.ts';
import { canMove, TRANSITIONS } from './transition.ts';

const status = fc.constantFrom(...STATUSES);

/** The table as the design writes it, kept apart from the code so that neither can drift unseen. */
const DESIGN = `
  I → W P X
  W → P X F
  P → A X
  A → C X P
  C → D O R X P
  D → O R V X P
  O → R X P
  R → Z U V P
  Z → R V P
  U → S F P
  V → F P
  S → P W
  F → P W
  X → P W`;

describe('the transition table', () => {
  test('is the one of the design, for all 196 pairs', () => {
    const designed = new Set(
      DESIGN.trim()
        .split('\n')
        .flatMap((line) => {
          const [from = '', to = ''] = line.split('→');
          return to
            .trim()
            .split(' ')
            .map((letter) => from.trim() + letter);
        }),
    );
    for (const from of STATUSES) {
      for (const to of STATUSES) expect([from, to, canMove(from, to)]).toEqual([from, to, designed.has(from + to)]);
    }
  });

  test('an execution opens only by assignment and is left only by ending or going back to pending', () => {
    for (const from of STATUSES) {
      for (const to of TRANSITIONS[from]) {
        if (!isOpen(from) && isOpen(to)) expect(to).toBe('A');
        if (isOpen(from) && !isOpen(to)) expect(['S', 'F', 'X', 'P']).toContain(to);
      }
    }
  });

  test('from every status an end can be reached, and every status can be reached', () => {
    const reached = (start: Status) => {
      const seen = new Set<Status>([start]);
      for (const at of seen) for (const next of TRANSITIONS[at]) seen.add(next);
      return seen;
    };
    for (const from of STATUSES) expect([...reached(from)].some(isEnded)).toBe(true);
    expect(reached('I').size).toBe(STATUSES.length);
  });

  test('a task that may fail or succeed has run or tried to: what is queued can only be withdrawn', () => {
    expect(STATUSES.filter((from) => canMove(from, 'S'))).toEqual(['U']);
    expect(STATUSES.filter((from) => canMove(from, 'F'))).toEqual(['W', 'U', 'V']);
  });

  test('open and ended statuses do not overlap', () => {
    expect(OPEN.filter((open) => ENDED.some((ended) => String(ended) === open))).toEqual([]);
  });
});

describe('stepsOf', () => {
  const progress: fc.Arbitrary<Progress> = fc.oneof(
    fc.constantFrom<Progress>(
      { kind: 'accepted' },
      { kind: 'downloading' },
      { kind: 'held' },
      { kind: 'started' },
      { kind: 'suspended' },
      { kind: 'resumed' },
      { kind: 'uploading', ok: true },
      { kind: 'uploading', ok: false },
      { kind: 'succeeded' },
      { kind: 'returned', reason: 'the worker is stopping' },
    ),
    fc.constant<Progress>({ kind: 'failed', failure: { class: 'command', message: 'exit 1', exitCode: 1 } }),
  );

  test('every step it gives is in the table', () => {
    fc.assert(
      fc.property(status, progress, (from, said) => {
        let at = from;
        for (const { to } of stepsOf(from, said, 0) ?? []) {
          expect(canMove(at, to)).toBe(true);
          at = to;
        }
      }),
    );
  });

  test('a closed execution accepts no report', () => {
    for (const from of ['S', 'F', 'X', 'P', 'W', 'I'] as const) {
      fc.assert(
        fc.property(progress, (said) => {
          expect(stepsOf(from, said, 0)).toBeUndefined();
        }),
      );
    }
  });

  test('a report that is told twice moves a task once', () => {
    fc.assert(
      fc.property(fc.constantFrom(...OPEN), progress, (from, said) => {
        const to = stepsOf(from, said, 0)?.at(-1)?.to;
        if (to !== undefined && isOpen(to)) expect(stepsOf(to, said, 0)).toEqual([]);
      }),
    );
  });

  test('success and failure pass through the uploading statuses', () => {
    expect(stepsOf('R', { kind: 'succeeded' }, 7)).toEqual([
      { to: 'U', at: 7 },
      { to: 'S', at: 7 },
    ]);
    const failure = { class: 'download' as const, message: 'no such file' };
    expect(stepsOf('D', { kind: 'failed', failure }, 7)).toEqual([
      { to: 'V', at: 7 },
      { to: 'F', at: 7, failure },
    ]);
  });
});
