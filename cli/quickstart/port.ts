import { createServer } from 'node:net';
import { CliError } from '../errors.ts';

const HOST = '127.0.0.1';

/** Says early, and plainly, that a port cannot be had. 0 stands for a free one. @throws CliError. */
export async function checkPort(port: number): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once('error', reject);
  probe.listen(port, HOST, resolve);
  try {
    await promise;
  } catch (error) {
    throw refused(port, error);
  }
  await new Promise((closed) => probe.close(closed));
}

function refused(port: number, error: unknown): CliError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new CliError(
      'INVALID',
      `port ${port} is taken by another program`,
      'Choose another --port, or leave it out to take a free one',
    );
  }
  const why = code === 'EACCES' ? 'this user may not use it' : error instanceof Error ? error.message : String(error);
  return new CliError(
    'INVALID',
    `port ${port} cannot be used: ${why}`,
    'Choose another --port, or leave it out to take a free one',
  );
}
