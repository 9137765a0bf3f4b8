import type { SendHttp } from '#client/http-link.ts';

/**
 * Sends the client's requests by Node's plain HTTP: its `fetch` takes longer to load than a command does altogether.
 * So does an `import` of `node:http`, which touches all that the module exports, a WebSocket among it.
 */
export const sendHttp: SendHttp = async (url, { method, headers, body, signal }) => {
  const { request } = process.getBuiltinModule(url.startsWith('https:') ? 'node:https' : 'node:http');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const fail = (error: Error) => reject(signal.aborted ? signal.reason : error);
  const sending = request(url, { method, headers, signal }, (response) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('error', fail);
    response.on('end', () => resolve(Buffer.concat(parts).toString()));
  });
  sending.on('error', fail);
  sending.end(body);
  return JSON.parse(await promise);
};
