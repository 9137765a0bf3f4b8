import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Order } from '#core/contract/agent.ts';
import { ExecutionId, TaskId } from '#core/contract/ids.ts';
import { Execution } from './execution.ts';
import { makeNoopExecutor } from './executor/noop.ts';
import { Holdings } from './holdings.ts';
import { LogShipper } from './log-shipper.ts';
import { Slots } from './slots.ts';

const order: Order = {
  executionId: ExecutionId.parse(1),
  taskId: TaskId.parse(1),
  attempt: 1,
  command: 'true',
  settings: {},
};

test.each([true, false])('is in the journal as reported only when its report is stored (%s)', async (isStored) => {
  const folder = await mkdtemp(join(tmpdir(), 'scitq-execution-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { holdings } = await Holdings.open(folder);
  await holdings.take(order);
  const reported: string[] = [];
  const execution = new Execution(order, {
    executorFor: makeNoopExecutor,
    executionsFolder: folder,
    holdings,
    logs: new LogShipper(async () => ({ sizes: [] })),
    slots: new Slots(1),
    log: pino({ level: 'silent' }),
    stages: false,
    concurrency: () => 1,
    report: (_id, { kind }) => void reported.push(kind),
    reportsStored: async () => isStored,
    drop: async () => undefined,
    now: () => 0,
  });
  await execution.run(undefined);
  await holdings.close();
  expect(reported).toEqual(['accepted', 'started', 'succeeded']);
  const { holdings: found } = await Holdings.open(folder);
  expect(found.all().get(order.executionId)?.reported).toBe(isStored);
  await found.close();
});
