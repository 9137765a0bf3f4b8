import { expect, test } from 'vitest';
import type { CountersSnapshot } from '#core/contract/counters.ts';
import { makeCountersStore } from './counters.ts';

function snapshotAt(at: number): CountersSnapshot {
  const tasks = { I: 0, W: 0, P: 1, A: 0, C: 0, D: 0, O: 0, R: 2, Z: 0, U: 0, V: 0, S: 3, F: 0, X: 0 };
  return { at, tasks, batches: [], workers: [] };
}

test('a snapshot is one update, and what it repeats stays the same object', () => {
  const store = makeCountersStore();
  store.getState().onSnapshot(snapshotAt(1));
  const first = store.getState();
  let updates = 0;
  store.subscribe(() => {
    updates += 1;
  });
  store.getState().onSnapshot(snapshotAt(2));
  expect(updates).toBe(1);
  expect(store.getState().snapshot?.at).toBe(2);
  expect(store.getState().snapshot?.tasks).toBe(first.snapshot?.tasks);
  expect(store.getState().link).toBe(first.link);
});

test('an outage keeps the last figures and the time at which it began, until the server is back', () => {
  const store = makeCountersStore();
  store.getState().onSnapshot(snapshotAt(1));
  store.getState().onLost(1_000);
  store.getState().onLost(9_000);
  expect(store.getState().link).toEqual({ state: 'offline', since: 1_000 });
  expect(store.getState().snapshot?.at).toBe(1);
  store.getState().onConnected();
  expect(store.getState().link).toEqual({ state: 'live' });
});

test('a refusal says why', () => {
  const store = makeCountersStore();
  store.getState().onRefused('the token is not known');
  expect(store.getState().link).toEqual({ state: 'refused', reason: 'the token is not known' });
});
