import { homedir, platform } from 'node:os';
import { z } from 'zod';
import { ScitqError } from '#core/contract/errors.ts';
import { dataFolder } from '#core/data-folder.ts';

/** What a server is started with. Times are milliseconds. */
export interface ServerConfig {
  data: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** A worker that was not heard of for this long gets no more tasks. */
  offlineAfter: number;
  /** … and after this long its tasks run elsewhere. */
  lostAfter: number;
  /** Folder of the built screens, served to browsers and to the desktop window; none when undefined. */
  screens?: string | undefined;
  /** Folder of the database's SQL files; found beside the program when undefined. */
  migrations?: string | undefined;
}

export const DEFAULT_PORT = 5000;

const seconds = (name: string, fallback: number) =>
  z.coerce
    .number({ error: `${name} must be a number of seconds` })
    .positive(`${name} must be more than 0 seconds`)
    .default(fallback)
    .transform((value) => value * 1_000);

const Environment = z.object({
  SCITQ_OFFLINE_TIMEOUT: seconds('SCITQ_OFFLINE_TIMEOUT', 30),
  SCITQ_CONSIDERED_LOST_TIMEOUT: seconds('SCITQ_CONSIDERED_LOST_TIMEOUT', 300),
});

/**
 * The configuration from the environment and from `given` (command-line flags, or the desktop app), which wins.
 * Throws INVALID naming the field at fault.
 */
export function readConfig(
  given: {
    data?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    screens?: string | undefined;
    migrations?: string | undefined;
  },
  environment: NodeJS.ProcessEnv,
): ServerConfig {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) {
    throw new ScitqError('INVALID', parsed.error.issues[0]?.message ?? 'The environment is not valid.', {
      hint: 'Correct that variable, or unset it.',
    });
  }
  const { SCITQ_OFFLINE_TIMEOUT: offlineAfter, SCITQ_CONSIDERED_LOST_TIMEOUT: lostAfter } = parsed.data;
  if (lostAfter < offlineAfter) {
    throw new ScitqError('INVALID', 'SCITQ_CONSIDERED_LOST_TIMEOUT is shorter than SCITQ_OFFLINE_TIMEOUT.', {
      hint: 'A worker is first offline, then lost: give the longer time to the second.',
    });
  }
  const host = given.host ?? '127.0.0.1';
  refuseOpenAddress(host);
  return {
    data: given.data ?? dataFolder({ platform: platform(), home: homedir(), environment }),
    host,
    port: given.port ?? DEFAULT_PORT,
    offlineAfter,
    lostAfter,
    screens: given.screens,
    migrations: given.migrations,
  };
}

/** Without TLS and login, which this version has not, nothing but this machine may reach the server. */
function refuseOpenAddress(host: string): void {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return;
  throw new ScitqError(
    'INVALID',
    `The server cannot listen on ${host}: without TLS anyone on the network could read its tokens.`,
    {
      hint: 'Leave --host out (127.0.0.1), and reach it from elsewhere through an ssh tunnel: ssh -L 5000:127.0.0.1:5000 this-machine',
    },
  );
}
