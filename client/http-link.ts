import type { TRPCLink } from '@trpc/client';
import { TRPCClientError } from '@trpc/client';
import { observable } from '@trpc/server/observable';
import type { AppRouter } from '#server/api/router.ts';

export interface HttpRequest {
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  signal: AbortSignal;
}

/** Sends a request and resolves with the JSON of its answer, whatever its status. Rejects with the signal's reason. */
export type SendHttp = (url: string, request: HttpRequest) => Promise<unknown>;

export interface HttpLinkOptions {
  url: string;
  token: string;
  /** How long one call may take, in milliseconds; as long as it likes when undefined. */
  timeout: number | undefined;
  send: SendHttp;
}

/**
 * Makes each call a request of its own, as tRPC's httpLink does. That one also asks whether an input is a FormData,
 * for which Node loads all of its `fetch`: that takes longer than everything else a command does.
 */
export function httpLink({ url, token, timeout, send }: HttpLinkOptions): TRPCLink<AppRouter> {
  return () =>
    ({ op: { type, path, input, signal } }) =>
      observable((observer) => {
        const unsubscribed = new AbortController();
        const signals = [unsubscribed.signal, ...(signal ? [signal] : [])];
        if (timeout !== undefined) signals.push(AbortSignal.timeout(timeout));
        const json = JSON.stringify(input);
        const asked = type === 'query' && json !== undefined ? `?input=${encodeURIComponent(json)}` : '';
        const told = type === 'mutation' && json !== undefined ? { body: json } : {};
        const answering = send(`${url}/${path}${asked}`, {
          method: type === 'query' ? 'GET' : 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            ...(type === 'mutation' && { 'content-type': 'application/json' }),
          },
          signal: AbortSignal.any(signals),
          ...told,
        });
        answering.then(
          (answer) => {
            if (!isObject(answer) || !isObject(answer.result)) return observer.error(refusal(answer));
            observer.next({ result: { type: 'data', data: answer.result.data } });
            observer.complete();
          },
          (error) => observer.error(TRPCClientError.from(error)),
        );
        return () => unsubscribed.abort();
      });
}

/** The platform's own way, in a browser and in Node. */
export const sendByFetch: SendHttp = async (url, request) => (await fetch(url, request)).json();

function refusal(answer: unknown): TRPCClientError<AppRouter> {
  return TRPCClientError.from(isObject(answer) ? answer : new Error('it is no scitq server'));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
