import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import fastifyStatic from '@fastify/static';
import type { FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import { applyWSSHandler } from '@trpc/server/adapters/ws';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';
import { WebSocketServer } from 'ws';
import { hashToken } from '#server/auth/tokens.ts';
import type { System } from '#server/system.ts';
import type { AppRouter } from './router.ts';
import { appRouter } from './router.ts';
import type { Context, Principal } from './trpc.ts';

const API = '/trpc';
/** A request of 5,000 ordinary tasks is some 2 MB. */
const MAX_BODY = 16 * 1024 * 1024;
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export interface Http {
  /** Returns the address, as http://host:port. */
  listen(host: string, port: number): Promise<string>;
  close(): Promise<void>;
}

/** The API over HTTP and WebSocket, and the screens. Only requests that name this machine as their host are served. */
export function makeHttp(system: System, screens: string | undefined): Http {
  const app = fastify({ bodyLimit: MAX_BODY, routerOptions: { maxParamLength: 5_000 }, forceCloseConnections: true });
  app.addHook('onRequest', async (request, reply) => {
    if (isForeign(request.raw))
      await reply.code(403).send('This server answers only to the address it was started with.\n');
  });
  serveApi(app, system);
  if (screens !== undefined) serveScreens(app, screens);
  const sockets = serveSockets(app, system);
  return {
    listen: (host, port) => app.listen({ host, port }),
    async close() {
      sockets.broadcastReconnectNotification();
      sockets.close();
      await app.close();
    },
  };
}

function serveApi(app: FastifyInstance, system: System): void {
  const trpcOptions: FastifyTRPCPluginOptions<AppRouter>['trpcOptions'] = {
    router: appRouter,
    createContext: async ({ req }): Promise<Context> => ({
      system,
      principal: await identify(system, bearer(req.headers.authorization)),
    }),
    onError: ({ error, path }) => logDefect(system, error, path),
  };
  app.register(fastifyTRPCPlugin, { prefix: API, trpcOptions });
}

function serveScreens(app: FastifyInstance, root: string): void {
  app.register(fastifyStatic, {
    root,
    setHeaders: (reply) => {
      reply.header('content-security-policy', CONTENT_SECURITY_POLICY);
      reply.header('x-content-type-options', 'nosniff');
      reply.header('referrer-policy', 'no-referrer');
    },
  });
}

function serveSockets(app: FastifyInstance, system: System) {
  const wss = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY });
  const handler = applyWSSHandler({
    wss,
    router: appRouter,
    keepAlive: { enabled: true, pingMs: 30_000, pongWaitMs: 10_000 },
    // The token comes in the first message, never in the address, where it would end in logs.
    createContext: async ({ info }): Promise<Context> => ({
      system,
      principal: await identify(system, info.connectionParams?.token),
    }),
    onError: ({ error, path }) => logDefect(system, error, path),
  });
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isForeign(request) || request.url?.split('?')[0] !== API) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    wss.handleUpgrade(request, socket, head, (client) => wss.emit('connection', client, request));
  });
  return {
    broadcastReconnectNotification: () => handler.broadcastReconnectNotification(),
    close() {
      for (const client of wss.clients) client.terminate();
      wss.close();
    },
  };
}

/**
 * A page of another site must not reach a server on this machine, not even by a name that it points to 127.0.0.1
 * (DNS rebinding): the host asked for must be a loopback address, and a page must come from this server.
 */
function isForeign({ headers }: IncomingMessage): boolean {
  const host = headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  const isLoopback = name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
  return !isLoopback || (headers.origin !== undefined && headers.origin !== `http://${host}`);
}

function bearer(authorization: string | undefined): string | undefined {
  return authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : undefined;
}

async function identify(system: System, token: string | undefined): Promise<Principal> {
  const row = token === undefined ? undefined : await system.store.read.token(hashToken(token));
  return row ?? { kind: 'nobody' };
}

function logDefect(system: System, error: { code: string; cause?: unknown }, path: string | undefined): void {
  if (error.code === 'INTERNAL_SERVER_ERROR') system.log.error({ err: error.cause ?? error, path }, 'a request failed');
}
