import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ExecutionId } from '#core/contract/ids.ts';
import type { OutgoingReport } from './delivery.ts';
import { Delivery } from './delivery.ts';
import { openOutbox } from './outbox/outbox.ts';

const id = ExecutionId.parse(7);
const ended: OutgoingReport = { executionId: id, at: 1, progress: { kind: 'succeeded' } };

async function makeOutbox() {
  const folder = await mkdtemp(join(tmpdir(), 'scitq-delivery-'));
  const parse = () => ended;
  const { outbox } = await openOutbox<OutgoingReport>({ folder, parse, maxPending: 10, bootId: 'boot' });
  onTestFinished(async () => {
    await outbox.close();
    await rm(folder, { recursive: true });
  });
  return outbox;
}

test('what a server refuses for now is sent again over the same connection', async () => {
  const outbox = await makeOutbox();
  const closed = Promise.withResolvers<readonly OutgoingReport[]>();
  const asked: string[] = [];
  const failTwice = (what: string) => {
    asked.push(what);
    if (asked.filter((one) => one === what).length <= 2) throw new Error('the disk is full');
  };
  const delivery = new Delivery({
    outbox,
    drainLogs: async () => failTwice('logs'),
    send: async (reports) => {
      failTwice('report');
      return { lastSeq: reports.at(-1)?.seq ?? 0, refused: [] };
    },
    onClosed: closed.resolve,
    onRefused: () => undefined,
    isBusy: () => false,
  });
  await delivery.connected(0);
  outbox.add(ended);
  expect(await closed.promise).toEqual([ended]);
  expect(asked).toEqual(['logs', 'logs', 'logs', 'report', 'logs', 'report', 'logs', 'report']);
  expect(outbox.pending(1)).toEqual([]);
});

test('a broken connection ends the attempts, the next one begins them again', async () => {
  const outbox = await makeOutbox();
  const closed = Promise.withResolvers<readonly OutgoingReport[]>();
  const refused = Promise.withResolvers<void>();
  let isBack = false;
  const delivery = new Delivery({
    outbox,
    drainLogs: async () => undefined,
    send: async (reports) => {
      if (!isBack) {
        delivery.disconnected();
        refused.resolve();
        throw new Error('the server has gone');
      }
      return { lastSeq: reports.at(-1)?.seq ?? 0, refused: [] };
    },
    onClosed: closed.resolve,
    onRefused: () => undefined,
    isBusy: () => false,
  });
  await delivery.connected(0);
  outbox.add(ended);
  await refused.promise;
  await delivery.flush();
  expect(outbox.pending(1)).toHaveLength(1);
  isBack = true;
  await delivery.connected(0);
  expect(await closed.promise).toEqual([ended]);
});
