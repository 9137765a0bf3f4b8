import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { ScitqError } from '#core/contract/errors.ts';
import { VERSION } from '#core/version.ts';
import { readConfig } from './config/config.ts';
import { LocalWorker } from './providers/local/local-worker.ts';
import { startServer } from './server.ts';
import { limitYoungGeneration } from './young-generation.ts';

interface Flags {
  host?: string;
  port?: number;
  data?: string;
  workers: number;
  json?: boolean;
}

const EXIT = { done: 0, refused: 1, usage: 2 };

const program = new Command('scitq-server')
  .description('The scitq server: keeps tasks, spreads them over workers, and answers to commands and screens.')
  .version(VERSION)
  .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
  .option('--port <port>', 'port to listen on, 0 for a free one (default: 5000)', portNumber)
  .option('--data <dir>', 'folder with everything the server keeps (SCITQ_DATA)')
  .option('--workers <n>', 'also run a worker on this machine, with this many tasks at once', wholeNumber, 0)
  .option('--json', 'print the address as one line of JSON when ready')
  .addHelpText('after', '\nExample:\n  scitq-server --workers 4')
  .exitOverride();

function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError('must be a port, 0 to 65535.');
  return port;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('must be a whole number, 0 or more.');
  return value;
}

async function main(): Promise<number> {
  limitYoungGeneration();
  const flags = program.parse().opts<Flags>();
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end());
  const config = readConfig(
    { host: flags.host, port: flags.port, data: flags.data === undefined ? undefined : resolve(flags.data) },
    process.env,
  );
  const log = pino({ level: process.env.SCITQ_LOG_LEVEL ?? 'warn' }, pino.destination({ fd: 2, sync: true }));
  const server = await startServer(config, log);
  const worker =
    flags.workers > 0 ? new LocalWorker({ server, data: config.data, concurrency: flags.workers, log }) : undefined;
  await worker?.start();
  const ready = { address: server.address, pid: process.pid, data: config.data };
  console.log(
    flags.json ? JSON.stringify(ready) : `scitq ${VERSION} is ready at ${server.address} (data: ${config.data})`,
  );
  await over;
  await worker?.stop();
  await server.close();
  return EXIT.done;
}

function fail(error: unknown): number {
  if (error instanceof ScitqError) {
    const { message, hint } = error.report;
    console.error(`scitq-server: ${message}${hint === undefined ? '' : ` ${hint}`}`);
    return EXIT.refused;
  }
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number')
    return error.exitCode === 0 ? 0 : EXIT.usage;
  console.error('scitq-server:', error);
  return EXIT.refused;
}

process.exitCode = await main().catch(fail);
process.exit();
