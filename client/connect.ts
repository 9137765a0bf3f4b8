import type { OperationLink, TRPCClient, TRPCLink, TRPCWebSocketClient } from '@trpc/client';
import { createTRPCClient, createWSClient, splitLink, wsLink } from '@trpc/client';
import type { AppRouter } from '#server/api/router.ts';
import type { SendHttp } from './http-link.ts';
import { httpLink, sendByFetch } from './http-link.ts';

export interface ConnectOptions {
  /** http://host:port */
  address: string;
  token: string;
  /** For one request over HTTP, in milliseconds; none when undefined. */
  timeout?: number;
  /** What goes over the WebSocket: subscriptions alone, or everything (for an agent, which has it open anyway). */
  socket?: 'subscriptions' | 'everything';
  /** Sends the requests that go over HTTP; by `fetch` unless given. */
  sendHttp?: SendHttp;
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
  const { address, token, timeout, onSocketOpen, onSocketClose, sendHttp = sendByFetch } = options;
  const everything = options.socket === 'everything';
  let socket: TRPCWebSocketClient | undefined;
  const openSocket = () => {
    socket ??= createWSClient({
      url: `${address.replace(/^http/, 'ws')}/trpc`,
      connectionParams: { token },
      lazy: { enabled: !everything, closeMs: 0 },
      retryDelayMs: options.retryDelay ?? backoff,
      keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
      ...(onSocketOpen && { onOpen: onSocketOpen }),
      ...(onSocketClose && { onClose: onSocketClose }),
    });
    return socket;
  };
  if (everything) openSocket();
  const overSocket = atFirstUse(() => wsLink<AppRouter>({ client: openSocket() }));
  const overHttp = httpLink({ url: `${address}/trpc`, token, timeout, send: sendHttp });
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
      await socket?.close();
    },
  };
}

/** Doubles from 0.1 s to 5 s, less a random part so that a thousand agents do not come back in one instant. */
export function backoff(attempt: number): number {
  const full = Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** attempt);
  return full * (0.5 + Math.random() / 2);
}

/** Most commands subscribe to nothing, and Node takes longer to load its WebSocket than they take altogether. */
function atFirstUse(makeLink: () => TRPCLink<AppRouter>): TRPCLink<AppRouter> {
  return (runtime) => {
    let link: OperationLink<AppRouter> | undefined;
    return (operation) => {
      link ??= makeLink()(runtime);
      return link(operation);
    };
  };
}
