import type { StoreApi } from 'zustand';
import { createStore } from 'zustand';
import type { CountersSnapshot } from '#core/contract/counters.ts';
import { shareUnchanged } from './share-unchanged.ts';

/** How the screens stand with the server. Times are milliseconds since the epoch. */
export type Link =
  | { state: 'connecting' }
  | { state: 'live' }
  /** It does not answer; the client tries again by itself. */
  | { state: 'offline'; since: number }
  /** It answered no, and trying again would not change that. */
  | { state: 'refused'; reason: string };

interface CountersState {
  link: Link;
  /** The last one received; kept while offline. */
  snapshot: CountersSnapshot | undefined;
  onSnapshot(snapshot: CountersSnapshot): void;
  onConnected(): void;
  onLost(at: number): void;
  onRefused(reason: string): void;
}

export type CountersStore = StoreApi<CountersState>;

/** The store behind the screens: each event from the server is one update, and equal rows stay the same objects. */
export function makeCountersStore(): CountersStore {
  return createStore<CountersState>()((set) => ({
    link: { state: 'connecting' },
    snapshot: undefined,
    onSnapshot: (snapshot) =>
      set((before) => ({
        link: live(before.link),
        snapshot: before.snapshot === undefined ? snapshot : shareUnchanged(before.snapshot, snapshot),
      })),
    onConnected: () => set((before) => ({ link: live(before.link) })),
    // Repeated failures to connect belong to one outage, which began with the first.
    onLost: (at) =>
      set((before) => (before.link.state === 'offline' ? before : { link: { state: 'offline', since: at } })),
    onRefused: (reason) => set({ link: { state: 'refused', reason } }),
  }));
}

function live(link: Link): Link {
  return link.state === 'live' ? link : { state: 'live' };
}
