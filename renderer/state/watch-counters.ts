import type { Client } from '#client/connect.ts';
import { toScitqError } from '#client/error.ts';
import type { CountersStore } from './counters.ts';

/** Milliseconds between two attempts when the server ended the subscription but not the connection. */
const WAIT = 1_000;

/**
 * Keeps `store` equal to the server's counters until the returned function is called. Broken connections come back by
 * themselves, in the client; a subscription that the server ends is asked for again, unless it says that it never will do.
 */
export function watchCounters({ api }: Client, store: CountersStore): () => void {
  const { onSnapshot, onConnected, onLost, onRefused } = store.getState();
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let subscription = subscribe();

  function subscribe() {
    return api.counters.watch.subscribe(undefined, {
      onStarted: onConnected,
      onData: onSnapshot,
      onConnectionStateChange: ({ error }) => {
        if (error !== null) onLost(Date.now());
      },
      onComplete: askAgain,
      onError: (error) => {
        const { code, message } = toScitqError(error).report;
        if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') onRefused(message);
        else askAgain();
      },
    });
  }

  function askAgain() {
    if (stopped) return;
    onLost(Date.now());
    timer = setTimeout(() => {
      subscription = subscribe();
    }, WAIT);
  }

  return () => {
    stopped = true;
    clearTimeout(timer);
    subscription.unsubscribe();
  };
}
