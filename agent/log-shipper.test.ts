import { appendFileSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LogChunk, LogsAnswer } from '#core/contract/agent.ts';
import { ExecutionId } from '#core/contract/ids.ts';
import { LogShipper } from './log-shipper.ts';

const id = (number: number) => ExecutionId.parse(number);

/** The server's side of the contract: keeps what it is sent by offset; can be away, or lose an answer. */
class Receiver {
  readonly stored = new Map<string, Buffer>();
  requests = 0;
  largest = 0;
  fault: 'away' | 'answer lost' | undefined;
  onReceived: () => void = () => undefined;

  receive = async (chunks: LogChunk[]): Promise<LogsAnswer> => {
    if (this.fault === 'away') throw new Error('the server is away');
    this.requests += 1;
    const sizes = chunks.map(({ executionId, stream, offset, data }) => {
      const key = `${executionId}.${stream}`;
      const known = this.stored.get(key) ?? Buffer.alloc(0);
      const bytes = Buffer.from(data, 'base64');
      this.largest = Math.max(this.largest, bytes.length);
      if (offset > known.length) throw new Error(`a gap: ${known.length} stored, ${offset} sent`);
      this.stored.set(key, Buffer.concat([known, bytes.subarray(known.length - offset)]));
      return this.stored.get(key)?.length ?? 0;
    });
    this.onReceived();
    if (this.fault === 'answer lost') throw new Error('the connection broke');
    return { sizes };
  };

  text(execution: number, stream: 'stdout' | 'stderr' = 'stdout'): string {
    return this.stored.get(`${execution}.${stream}`)?.toString() ?? '';
  }
}

async function makeShipping() {
  const root = await mkdtemp(join(tmpdir(), 'scitq-shipping-'));
  const receiver = new Receiver();
  const shipper = new LogShipper(receiver.receive);
  const print = (execution: number, text: string, stream = 'stdout') => {
    mkdirSync(join(root, String(execution)), { recursive: true });
    appendFileSync(join(root, String(execution), stream), text);
  };
  const track = (execution: number, sent?: { stdout: number; stderr: number }) =>
    shipper.track(id(execution), join(root, String(execution)), sent);
  return {
    receiver,
    shipper,
    print,
    track,
    async [Symbol.asyncDispose]() {
      shipper.close();
      await rm(root, { recursive: true });
    },
  };
}

test('drains both streams of several executions, in order, in bounded pieces', async () => {
  await using on = await makeShipping();
  const long = 'x'.repeat(3_000_000);
  on.print(1, long);
  on.print(1, 'error\n', 'stderr');
  on.print(2, 'two\n');
  for (const execution of [1, 2]) on.track(execution);
  await on.shipper.drain([id(1), id(2)]);
  expect(on.receiver.text(1) === long).toBe(true);
  expect(on.receiver.text(1, 'stderr')).toBe('error\n');
  expect(on.receiver.text(2)).toBe('two\n');
  expect(on.receiver.largest).toBeLessThanOrEqual(262_144);
});

test('sends while the command prints, without being asked', async () => {
  await using on = await makeShipping();
  on.print(1, 'first\n');
  const { promise, resolve } = Promise.withResolvers<void>();
  on.receiver.onReceived = resolve;
  on.track(1);
  await promise;
  expect(on.receiver.text(1)).toBe('first\n');
});

test('a server that is away, and a lost answer, cost nothing', async () => {
  await using on = await makeShipping();
  on.print(1, 'one\n');
  on.track(1);
  on.receiver.fault = 'away';
  await expect(on.shipper.drain([id(1)])).rejects.toThrow('away');
  on.receiver.fault = 'answer lost';
  await expect(on.shipper.drain([id(1)])).rejects.toThrow('broke');
  on.receiver.fault = undefined;
  on.print(1, 'two\n');
  await on.shipper.drain([id(1)]);
  expect(on.receiver.text(1)).toBe('one\ntwo\n');
});

test('goes on where the server says it stands, and drops what the server has closed', async () => {
  await using on = await makeShipping();
  on.print(1, 'one\ntwo\n');
  on.receiver.stored.set('1.stdout', Buffer.from('one\n'));
  on.track(1, { stdout: 4, stderr: 0 });
  await on.shipper.drain([id(1)]);
  expect(on.receiver.text(1)).toBe('one\ntwo\n');
  await using closed = await makeShipping();
  const shipper = new LogShipper(async (chunks) => ({ sizes: chunks.map(() => null) }));
  closed.print(2, 'not wanted');
  shipper.track(id(2), '/nowhere');
  await shipper.drain([id(2)]);
  shipper.close();
});

test('an execution that printed nothing needs no request', async () => {
  await using on = await makeShipping();
  on.print(1, '');
  on.track(1);
  await on.shipper.drain([id(1), id(7)]);
  expect(on.receiver.requests).toBe(0);
});
