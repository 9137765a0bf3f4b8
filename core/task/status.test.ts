import { describe, expect, test } from 'vitest';
import { parseStatuses, STATUS_WORDS, STATUSES } from './status.ts';

describe('parseStatuses', () => {
  test('reads letters in either case, words, and lists of them, in the order a task meets them', () => {
    expect(parseStatuses('R,p')).toEqual({ ok: true, statuses: ['P', 'R'] });
    expect(parseStatuses('on hold, on-hold,suspended')).toEqual({ ok: true, statuses: ['O', 'Z'] });
    for (const status of STATUSES)
      expect(parseStatuses(STATUS_WORDS[status])).toEqual({ ok: true, statuses: [status] });
  });

  test('the first generation tells fewer statuses apart', () => {
    expect(parseStatuses('pending', 'first')).toEqual({ ok: true, statuses: ['I', 'W', 'P'] });
    expect(parseStatuses('failed', 'first')).toEqual({ ok: true, statuses: ['F', 'X'] });
    expect(parseStatuses('failed')).toEqual({ ok: true, statuses: ['F'] });
  });

  test('names the word that is no status', () => {
    expect(parseStatuses('P,runing')).toEqual({ ok: false, unknown: 'runing' });
    expect(parseStatuses('')).toEqual({ ok: false, unknown: '' });
    expect(parseStatuses('constructor')).toEqual({ ok: false, unknown: 'constructor' });
  });
});
