import { setTimeout as delay } from 'node:timers/promises';
import type { CountersSnapshot } from '#core/contract/counters.ts';
import type { System } from '#server/system.ts';
import { forAdministrator, router } from './trpc.ts';

/** Screens get a snapshot at most this often, in milliseconds. */
const FLUSH_EVERY = 100;

export const countersRouter = router({
  watch: forAdministrator.subscription(({ ctx: { system }, signal }) =>
    snapshots(system, signal ?? new AbortController().signal),
  ),
});

async function* snapshots(system: System, signal: AbortSignal): AsyncGenerator<CountersSnapshot, void, void> {
  let changed = Promise.withResolvers<void>();
  const wake = () => changed.resolve();
  const stop = system.counters.subscribe(wake);
  signal.addEventListener('abort', wake, { once: true });
  try {
    while (!signal.aborted) {
      yield system.counters.snapshot(system.now());
      await changed.promise;
      await delay(FLUSH_EVERY, undefined, { signal }).catch(() => undefined);
      changed = Promise.withResolvers<void>();
      if (signal.aborted) return;
    }
  } finally {
    stop();
  }
}
