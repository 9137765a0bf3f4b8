import { request as requestByHttp } from 'node:http';
import type { Fetch } from '#client/connect.ts';

/**
 * As much of `fetch` as the client needs, by Node's plain HTTP: loading the built-in `fetch` takes a command longer
 * than all the rest of its work.
 */
export const httpFetch: Fetch = async (input, init = {}) => {
  const url = new URL(String(input));
  const request = url.protocol === 'https:' ? (await import('node:https')).request : requestByHttp;
  const { method = 'GET', headers = {}, body, signal } = init;
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Fetch>>>();
  const fail = (error: Error) => reject(signal?.aborted ? signal.reason : error);
  const sending = request(url, { method, headers: plainHeaders(headers), ...(signal && { signal }) }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', fail);
    response.on('end', () => {
      const { statusCode = 0 } = response;
      const text = Buffer.concat(parts).toString();
      resolve({ ok: statusCode >= 200 && statusCode < 300, json: async () => JSON.parse(text) });
    });
  });
  sending.on('error', fail);
  sending.end(typeof body === 'string' ? body : undefined);
  return promise;
};

function plainHeaders(headers: HeadersInit): Record<string, string> {
  return Object.fromEntries(Symbol.iterator in headers ? headers : Object.entries(headers));
}
