import type { TRPCClient } from '@trpc/client';
import { createTRPCClient, createWSClient, httpLink, splitLink, wsLink } from '@trpc/client';
import type { AppRouter } from '#server/api/router.ts';

export interface ConnectOptions {
  /** http://host:port */
  address: string;
  token: string;
  /** For one request over HTTP, in milliseconds; none when undefined. */
  timeout?: number;
  /** What goes over the WebSocket: subscriptions alone, or everything (for an agent, which has it open anyway). */
  socket?: 'subscriptions' | 'everything';
  onSocketOpen?: () => void;
  onSocketClose?: () => void;
  /** Wait before each new attempt of a broken WebSocket, in milliseconds. */
  retryDelay?: (attempt: number) => number;
}

export interface Client {
  readonly api: TRPCClient<AppRouter>;
  close(): Promise<void>;
}

const FIRST_RETRY = 100;
const LONGEST_RETRY = 5_000;

/** A client of the server at `address`. Opens no connection before it is used. */
export function connect(options: ConnectOptions): Client {
  const { address, token, timeout, onSocketOpen, onSocketClose } = options;
  const everything = options.socket === 'everything';
  const socket = createWSClient({
    url: `${address.replace(/^http/, 'ws')}/trpc`,
    connectionParams: { token },
    lazy: { enabled: !everything, closeMs: 0 },
    retryDelayMs: options.retryDelay ?? backoff,
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
    ...(onSocketOpen && { onOpen: onSocketOpen }),
    ...(onSocketClose && { onClose: onSocketClose }),
  });
  const overSocket = wsLink<AppRouter>({ client: socket });
  const overHttp = httpLink<AppRouter>({
    url: `${address}/trpc`,
    headers: { authorization: `Bearer ${token}` },
    fetch: (url, init) => fetch(url, { ...init, signal: limited(init?.signal, timeout) }),
  });
  const api = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => everything || type === 'subscription',
        true: overSocket,
        false: overHttp,
      }),
    ],
  });
  return {
    api,
    close: async () => {
      await socket.close();
    },
  };
}

/** Doubles from 0.1 s to 5 s, less a random part so that a thousand agents do not come back in one instant. */
export function backoff(attempt: number): number {
  const full = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** attempt);
  return full * (0.5 + Math.random() / 2);
}

function limited(given: AbortSignal | null | undefined, timeout: number | undefined): AbortSignal | null {
  const signals = [...(given ? [given] : []), ...(timeout === undefined ? [] : [AbortSignal.timeout(timeout)])];
  return signals.length > 0 ? AbortSignal.any(signals) : null;
}
