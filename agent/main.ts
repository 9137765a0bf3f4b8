import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { pino } from 'pino';
import { backoff } from '#client/connect.ts';
import { toScitqError } from '#client/error.ts';
import { defaultDataFolder, readLocalServer } from '#client/local.ts';
import { ScitqError } from '#core/contract/errors.ts';
import { VERSION } from '#core/version.ts';
import { type Agent, startAgent } from './agent.ts';
import { FolderInUse, lockFolder } from './folder-lock.ts';
import { type EnrolOptions, type Identity, identify, prepareFolder } from './identity.ts';

interface Flags {
  server?: string;
  token?: string;
  enrol?: string;
  name: string;
  batch?: string;
  concurrency: number;
  prefetch: number;
  data?: string;
  once?: boolean;
  executor: 'real' | 'noop';
  unlessRunning?: boolean;
  drain: number;
}

const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3, notLoggedIn: 4 };

const program = new Command('scitq-worker')
  .description('The agent of scitq: runs on a worker, takes tasks from a server, and reports what became of them.')
  .version(VERSION)
  .option(
    '-s, --server <address>',
    'server (host, host:port or URL); default: SCITQ_SERVER, else the one of this machine',
  )
  .option('--token <token>', 'the token of this worker, when it has one (SCITQ_TOKEN)')
  .option('--enrol <token>', 'enrolment token, for the first start (SCITQ_ENROL_TOKEN)')
  .option('--name <name>', 'name of this worker', hostname())
  .option('-b, --batch <batch>', 'batch whose tasks it takes')
  .option('-C, --concurrency <n>', 'tasks at once', count(1), 1)
  .option('-p, --prefetch <n>', 'further tasks to hold ready', count(0), 0)
  .option('--data <dir>', 'folder of this agent; default: worker in the data folder of this machine (SCITQ_DATA)')
  .option('--once', 'end when nothing is left to do in the batch')
  .option('--drain <seconds>', 'at SIGTERM, how long running commands may take to end', count(0), 10)
  .addOption(
    new Option('--executor <kind>', 'noop runs nothing, to measure the system')
      .choices(['real', 'noop'])
      .default('real'),
  )
  .option('--unless-running', 'end quietly when another agent works in the folder')
  .addHelpText(
    'after',
    '\nExample:\n  scitq-worker -s lab-server --enrol "$TOKEN" --name node1 --batch assembly --concurrency 4',
  )
  .exitOverride();

function count(least: number) {
  return (text: string) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least)
      throw new InvalidArgumentError(`must be a whole number, ${least} or more.`);
    return value;
  };
}

async function main(): Promise<number> {
  const flags = program.parse(process.argv, { from: 'node' }).opts<Flags>();
  const folder = resolve(flags.data ?? join(defaultDataFolder(), 'worker'));
  await prepareFolder(folder);
  const unlock = await lockFolder(folder).catch((error: unknown) => {
    if (error instanceof FolderInUse && flags.unlessRunning) return undefined;
    throw error;
  });
  if (unlock === undefined) return EXIT.done;
  try {
    return await work(flags, folder);
  } finally {
    await unlock();
  }
}

async function work(flags: Flags, folder: string): Promise<number> {
  const log = pino(
    { base: { worker: flags.name }, level: process.env.SCITQ_LOG_LEVEL ?? 'info' },
    pino.destination({ fd: 2, sync: true }),
  );
  const named = addressOf(flags.server ?? process.env.SCITQ_SERVER);
  const local = await readLocalServer(defaultDataFolder());
  const address = named ?? local?.address;
  if (address === undefined) {
    throw new ScitqError('UNAVAILABLE', 'No server was named, and none runs on this machine.', {
      hint: 'Give its address with --server.',
    });
  }
  const { name, batch, concurrency, prefetch } = flags;
  const enrolToken = flags.enrol ?? process.env.SCITQ_ENROL_TOKEN ?? local?.enrolToken;
  const token = flags.token ?? process.env.SCITQ_TOKEN;
  const identity = token
    ? { token, capacity: { concurrency, prefetch } }
    : await identifyPatiently({ folder, address, enrolToken, name, batch, concurrency, prefetch });
  const { promise: over, resolve: end } = Promise.withResolvers<number>();
  let agent: Agent | undefined;
  const endIfDone = async () => {
    if (flags.once && (await agent?.isBatchDone())) end(EXIT.done);
  };
  agent = await startAgent({
    folder,
    // The server of this machine may come back on another port.
    address: async () => named ?? (await readLocalServer(defaultDataFolder()))?.address ?? address,
    identity,
    executor: flags.executor,
    environment: process.env,
    log,
    onConnected: () => {
      log.info({ address }, 'connected');
      void endIfDone();
    },
    onRefused: (error) => {
      const cure = token
        ? 'Give this worker another one: --token, or SCITQ_TOKEN.'
        : `Remove ${join(folder, 'identity.json')} to enrol this worker anew.`;
      log.error(`${error.message} ${cure}`);
      end(EXIT.notLoggedIn);
    },
    onRetired: (reason) => {
      log.info({ reason }, 'the server asks this worker to stop');
      end(EXIT.done);
    },
    onIdle: () => void endIfDone(),
  });
  const askAgain = flags.once ? setInterval(() => void endIfDone(), 5_000) : undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => end(EXIT.done));
  const code = await over;
  clearInterval(askAgain);
  await agent.stop(flags.drain * 1_000);
  return code;
}

async function identifyPatiently(options: EnrolOptions): Promise<Identity> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const identity = await identify(options);
      if (identity !== undefined) return identity;
      throw new ScitqError('UNAUTHENTICATED', 'This worker is not enrolled and has no token to enrol with.', {
        hint: 'Give it one: --enrol TOKEN (on the server: the content of DATA/enrol.token).',
      });
    } catch (error) {
      const known = toScitqError(error);
      if (known.report.code !== 'UNAVAILABLE') throw known;
      if (attempt === 0) console.error(`scitq-worker: ${known.message} Trying again until it answers.`);
      await delay(backoff(Math.min(attempt, 10)));
    }
  }
}

/** `host`, `host:port` and URLs; port 5000 when none is given. */
function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const url = new URL(text.includes('://') ? text : `http://${text}`);
  if (url.port === '' && !text.includes('://')) url.port = '5000';
  return url.origin;
}

function fail(error: unknown): number {
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof FolderInUse) {
    console.error(`scitq-worker: ${error.message}`);
    return EXIT.refused;
  }
  const { report } = toScitqError(error);
  console.error(`scitq-worker: ${report.message}${report.hint === undefined ? '' : ` ${report.hint}`}`);
  if (report.code === 'UNAVAILABLE') return EXIT.unreachable;
  return report.code === 'UNAUTHENTICATED' ? EXIT.notLoggedIn : EXIT.refused;
}

process.exitCode = await main().catch(fail);
process.exit();
