import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WorkerId } from '#core/contract/ids.ts';
import { Leases } from './leases.ts';

const worker = WorkerId.parse(1);

function makeLeases() {
  const events: string[] = [];
  const leases = new Leases({
    offlineAfter: 1_000,
    lostAfter: 5_000,
    onOffline: () => events.push('offline'),
    onLost: () => events.push('lost'),
    now: Date.now,
  });
  return { leases, events };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('silence makes a worker offline, then lost, each once', () => {
  const { leases, events } = makeLeases();
  leases.touch(worker);
  vi.advanceTimersByTime(999);
  expect(events).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(events).toEqual(['offline']);
  vi.advanceTimersByTime(3_990);
  expect(events).toEqual(['offline']);
  vi.advanceTimersByTime(60_000);
  expect(events).toEqual(['offline', 'lost']);
  expect(leases.lastContact(worker)).toBeUndefined();
});

test('each sign of life begins the period anew', () => {
  const { leases, events } = makeLeases();
  for (let second = 0; second < 20; second += 1) {
    leases.touch(worker);
    vi.advanceTimersByTime(900);
  }
  expect(events).toEqual([]);
  vi.advanceTimersByTime(200);
  expect(events).toEqual(['offline']);
  leases.touch(worker);
  vi.advanceTimersByTime(4_500);
  expect(events).toEqual(['offline', 'offline']);
});

test('a clock that is set forward loses nobody', () => {
  const { leases, events } = makeLeases();
  leases.touch(worker);
  vi.setSystemTime(Date.now() + 86_400_000);
  vi.advanceTimersByTime(500);
  expect(events).toEqual([]);
});

test('a worker that is forgotten, or a server that closes, tells nothing more', () => {
  const { leases, events } = makeLeases();
  leases.touch(worker);
  leases.forget(worker);
  vi.advanceTimersByTime(60_000);
  leases.touch(worker);
  leases.close();
  vi.advanceTimersByTime(60_000);
  expect(events).toEqual([]);
});
