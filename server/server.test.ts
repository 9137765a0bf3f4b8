import { describe, expect, test } from 'vitest';
import { connect } from '#client/connect.ts';
import { toScitqError } from '#client/error.ts';
import type { TaskId } from '#core/task/ids.ts';
import { TestAgent } from './test-agent.ts';
import type { TestServer } from './test-server.ts';
import { makeTestServer } from './test-server.ts';

const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => toScitqError(error).report,
  );

async function statuses({ client }: TestServer, ...ids: TaskId[]): Promise<string> {
  const details = await Promise.all(ids.map((id) => client.api.task.show.query({ id })));
  return details.map(({ status, hidden }) => (hidden ? `(${status})` : status)).join('');
}

/** Waits until the tasks have these statuses, by following the server's own changes. */
async function until(on: TestServer, ids: readonly TaskId[], expected: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    async () => reject(new Error(`expected ${expected}, still ${await statuses(on, ...ids)}`)),
    10_000,
  );
  const look = async () => {
    if ((await statuses(on, ...ids)) === expected) resolve();
  };
  const watching = on.client.api.counters.watch.subscribe(undefined, { onData: () => void look().catch(reject) });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    watching.unsubscribe();
  }
}

async function submit(
  { client }: TestServer,
  tasks: Parameters<typeof client.api.task.submit.mutate>[0]['tasks'],
  batch?: string,
) {
  const { first, count } = await client.api.task.submit.mutate({ tasks, ...(batch && { batch }) });
  return client.api.task.select.query({ ranges: [{ from: first, to: first + count - 1 }] });
}

describe('a task from submission to its end', () => {
  test('is ordered, reported, and kept with its execution', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [id] = await submit(on, [{ command: 'echo "a  b"', name: 'hello', env: { X: '1' } }]);
    if (id === undefined) throw new Error('no task');
    const [order] = await agent.untilHolding(1);
    expect(order).toMatchObject({ taskId: id, attempt: 1, command: "echo 'a  b'", settings: { env: { X: '1' } } });
    if (order === undefined) throw new Error('no order');
    await agent.report([order.executionId, { kind: 'accepted' }], [order.executionId, { kind: 'started' }]);
    expect(await statuses(on, id)).toBe('R');
    await agent.log(order.executionId, 'stdout', 0, 'a  b\n');
    await agent.report([order.executionId, { kind: 'succeeded' }]);
    const detail = await on.client.api.task.show.query({ id });
    expect(detail).toMatchObject({ status: 'S', exitCode: 0, name: 'hello', worker: 'node1' });
    expect(detail.executions).toMatchObject([{ outcome: 'succeeded', attempt: 1, worker: 'node1' }]);
    const log = await on.client.api.task.log.query({ id, stream: 'stdout', offset: 0, limit: 100 });
    expect(Buffer.from(log.data, 'base64').toString()).toBe('a  b\n');
    expect(await on.server.check()).toEqual([]);
  });

  test('a failed one with retries left is hidden and a clone runs; dependents follow the clone', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1', concurrency: 4 });
    await agent.connect();
    const [flaky, dependent, last] = await submit(on, [
      { command: 'flaky', name: 'flaky', retry: 1 },
      { command: 'then', dependency: ['flaky'] },
      { command: 'at last', after: ['flaky'] },
    ]);
    if (flaky === undefined || dependent === undefined || last === undefined) throw new Error('no tasks');
    const [order] = await agent.untilHolding(1);
    if (order === undefined) throw new Error('no order');
    await agent.finish(order.executionId, 3);
    expect(await statuses(on, flaky, dependent, last)).toBe('(F)WW');
    const [again] = await agent.untilHolding(1);
    if (again === undefined) throw new Error('no order');
    expect(again).toMatchObject({ attempt: 2, command: 'flaky' });
    await agent.finish(again.executionId);
    await agent.untilHolding(2);
    expect((await on.client.api.task.list.query({ status: ['A'] })).tasks.map(({ id }) => id)).toEqual([
      last,
      dependent,
    ]);
    expect(await on.server.check()).toEqual([]);
  });

  test('a task named twice, by id and by name, is waited for once', async () => {
    await using on = await makeTestServer();
    const [first] = await submit(on, [{ command: 'a', name: 'first' }]);
    if (first === undefined) throw new Error('no task');
    const [second] = await submit(on, [{ command: 'b', dependency: [first, 'first'], after: ['first'] }]);
    if (second === undefined) throw new Error('no task');
    expect((await on.client.api.task.show.query({ id: second })).dependency).toHaveLength(2);
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [order] = await agent.untilHolding(1);
    if (order === undefined) throw new Error('no order');
    await agent.finish(order.executionId);
    expect(await agent.untilHolding(1)).toMatchObject([{ taskId: second }]);
  });

  test('what waits for the end runs after a failure, what waits for success does not', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1', concurrency: 4 });
    await agent.connect();
    const ids = await submit(on, [
      { command: 'false', name: 'bad' },
      { command: 'then', dependency: ['bad'] },
      { command: 'at last', after: ['bad'] },
    ]);
    const [order] = await agent.untilHolding(1);
    if (order === undefined) throw new Error('no order');
    await agent.finish(order.executionId, 1);
    await agent.untilHolding(1);
    expect(await statuses(on, ...ids)).toBe('FWA');
  });

  test('a cancelled one is withdrawn, wherever it is, and its worker forgets it', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const ids = await submit(on, [{ command: 'a' }, { command: 'b' }]);
    await agent.untilHolding(1);
    const result = await on.client.api.task.cancel.mutate({ selection: { ids } });
    expect(result).toEqual({ canceled: ids, signaled: [], ended: [] });
    await agent.untilMessage('forget');
    expect(agent.orders.size).toBe(0);
    expect(await on.server.check()).toEqual([]);
  });

  test('a running one is signaled, and ends as its worker reports, without an automatic retry', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [id] = await submit(on, [{ command: 'sleep 100', retry: 3 }]);
    const [order] = await agent.untilHolding(1);
    if (id === undefined || order === undefined) throw new Error('no order');
    await agent.report([order.executionId, { kind: 'accepted' }], [order.executionId, { kind: 'started' }]);
    expect(await on.client.api.task.cancel.mutate({ selection: { ids: [id] }, grace: 2 })).toMatchObject({
      signaled: [id],
    });
    expect(await agent.untilMessage('signal')).toMatchObject({ signal: 'TERM', grace: 2 });
    await agent.report([order.executionId, { kind: 'failed', failure: { class: 'signal', message: 'stopped' } }]);
    expect(await statuses(on, id)).toBe('F');
  });
});

describe('workers that come and go', () => {
  test('a cancellation reaches a running command whose worker was away at the time', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [id] = await submit(on, [{ command: 'sleep 100' }]);
    const [order] = await agent.untilHolding(1);
    if (id === undefined || order === undefined) throw new Error('no order');
    await agent.report([order.executionId, { kind: 'accepted' }], [order.executionId, { kind: 'started' }]);
    await agent.disconnect();
    await on.client.api.task.cancel.mutate({ selection: { ids: [id] }, grace: 3 });
    await agent.connect();
    expect(await agent.untilMessage('signal')).toMatchObject({
      executionId: order.executionId,
      signal: 'TERM',
      grace: 3,
    });
  });

  test('an agent that comes back gets the orders it has not got, and is told what is closed', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1', concurrency: 2 });
    await agent.connect();
    const ids = await submit(on, [{ command: 'a' }, { command: 'b' }]);
    const [first] = await agent.untilHolding(2);
    if (first === undefined) throw new Error('no order');
    await agent.disconnect();
    agent.orders.delete(first.executionId);
    const [, other] = ids;
    if (other === undefined) throw new Error('no task');
    await on.client.api.task.cancel.mutate({ selection: { ids: [other] } });
    const hello = await agent.connect();
    expect(hello.closed).toHaveLength(1);
    const [again] = await agent.untilHolding(1);
    expect(again?.executionId).toBe(first.executionId);
  });

  test('a lost worker loses no task and no retry; what it reports later is stale', async () => {
    await using on = await makeTestServer({ offlineAfter: 100, lostAfter: 200 });
    await using lost = await TestAgent.enrol(on, { name: 'lost' });
    await lost.connect();
    const [id] = await submit(on, [{ command: 'a', retry: 2 }]);
    const [order] = await lost.untilHolding(1);
    if (id === undefined || order === undefined) throw new Error('no order');
    await lost.report([order.executionId, { kind: 'accepted' }], [order.executionId, { kind: 'started' }]);
    await lost.disconnect();
    await until(on, [id], 'P');
    const detail = await on.client.api.task.show.query({ id });
    expect(detail).toMatchObject({ retry: 2, hidden: false });
    expect(detail.executions).toMatchObject([{ outcome: 'lost', failure: 'lost' }]);
    await using other = await TestAgent.enrol(on, { name: 'other' });
    await other.connect();
    const [moved] = await other.untilHolding(1);
    expect(moved).toMatchObject({ taskId: id, attempt: 2 });
    expect((await lost.connect()).closed).toEqual([order.executionId]);
    expect(await lost.report([order.executionId, { kind: 'succeeded' }])).toMatchObject({
      refused: [{ executionId: order.executionId, code: 'STALE_EXECUTION' }],
    });
    expect(await statuses(on, id)).toBe('A');
    expect(await on.server.check()).toEqual([]);
  });

  test('withdrawing a task leaves the history of its lost attempt as it was', async () => {
    await using on = await makeTestServer({ offlineAfter: 50, lostAfter: 100 });
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [id] = await submit(on, [{ command: 'a' }]);
    await agent.untilHolding(1);
    if (id === undefined) throw new Error('no task');
    await agent.disconnect();
    await until(on, [id], 'P');
    await on.client.api.task.cancel.mutate({ selection: { ids: [id] } });
    const detail = await on.client.api.task.show.query({ id });
    expect(detail.status).toBe('X');
    expect(detail.executions).toMatchObject([{ outcome: 'lost', failure: 'lost' }]);
  });

  test('reports that are sent again, after a lost answer, count once', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    await submit(on, [{ command: 'a' }]);
    const [order] = await agent.untilHolding(1);
    if (order === undefined) throw new Error('no order');
    const client = connect({ address: on.server.address, token: agent.token });
    const reports = [
      { seq: 1, executionId: order.executionId, at: 1, progress: { kind: 'accepted' as const } },
      { seq: 2, executionId: order.executionId, at: 2, progress: { kind: 'started' as const } },
    ];
    expect(await client.api.agent.report.mutate({ reports })).toEqual({ lastSeq: 2, refused: [] });
    expect(await client.api.agent.report.mutate({ reports })).toEqual({ lastSeq: 2, refused: [] });
    await client.close();
  });

  test('a report that cannot be is refused, and its task runs anew', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await agent.connect();
    const [id] = await submit(on, [{ command: 'a' }]);
    const [order] = await agent.untilHolding(1);
    if (id === undefined || order === undefined) throw new Error('no order');
    agent.orders.clear();
    expect(await agent.report([order.executionId, { kind: 'suspended' }])).toMatchObject({
      refused: [{ executionId: order.executionId, code: 'ILLEGAL_TRANSITION' }],
    });
    const [again] = await agent.untilHolding(1);
    expect(again).toMatchObject({ taskId: id, attempt: 2 });
    expect((await on.client.api.task.show.query({ id })).executions).toMatchObject([
      { outcome: 'lost' },
      { outcome: 'open' },
    ]);
  });

  test('one worker cannot report for another', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    await using thief = await TestAgent.enrol(on, { name: 'node2', batch: 'elsewhere' });
    await agent.connect();
    await thief.connect();
    const [id] = await submit(on, [{ command: 'a' }]);
    const [order] = await agent.untilHolding(1);
    if (id === undefined || order === undefined) throw new Error('no order');
    expect(await thief.finish(order.executionId)).toMatchObject({
      refused: [{ executionId: order.executionId, code: 'STALE_EXECUTION' }],
    });
    expect(await thief.log(order.executionId, 'stdout', 0, 'forged')).toEqual({ sizes: [null] });
    expect(await statuses(on, id)).toBe('A');
  });
});

describe('refusals', () => {
  test('each has its code, says what is wrong, and leaves nothing behind', async () => {
    await using on = await makeTestServer();
    const { api } = on.client;
    const batch = 'b';
    expect(await refusal(api.task.submit.mutate({ tasks: [{ command: 'ok' }, { command: '' }] }))).toMatchObject({
      code: 'INVALID',
      taskIndex: 1,
    });
    expect(await refusal(api.task.submit.mutate({ tasks: [{ command: ['x'.repeat(200_000)] }] }))).toMatchObject({
      code: 'TOO_LARGE',
      taskIndex: 0,
    });
    expect(await refusal(api.task.submit.mutate({ batch: 'a/b', tasks: [{ command: 'ok' }] }))).toMatchObject({
      code: 'INVALID',
    });
    expect(
      await refusal(
        api.task.submit.mutate({
          batch,
          tasks: [
            { command: 'a', name: 'a', dependency: ['c'] },
            { command: 'b', name: 'b', dependency: ['a'] },
            { command: 'c', name: 'c', after: ['b'] },
          ],
        }),
      ),
    ).toMatchObject({ code: 'CYCLE', message: expect.stringMatching(/a → c → b → a|c → b → a → c|b → a → c → b/) });
    expect(await refusal(api.task.submit.mutate({ tasks: [{ command: 'a', dependency: ['nobody'] }] }))).toMatchObject({
      code: 'UNKNOWN_TASK',
      taskIndex: 0,
    });
    expect(
      await refusal(api.task.submit.mutate({ tasks: [{ command: 'a', input: ['/data/a.fastq'] }] })),
    ).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('file:///data/a.fastq'),
    });
    expect(
      await refusal(api.task.submit.mutate({ tasks: [{ command: 'a', output: 's3://bucket/x/' }] })),
    ).toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining('not s3://'),
    });
    expect(await refusal(api.task.list.query({ batch: 'nowhere' }))).toMatchObject({ code: 'UNKNOWN_BATCH' });
    expect(await refusal(api.task.select.query({ names: ['nobody'] }))).toMatchObject({ code: 'UNKNOWN_TASK' });
    const { tasks } = await api.task.list.query({});
    expect(tasks).toEqual([]);
    expect((await api.batch.list.query()).map(({ name }) => name)).toEqual([]);
  });

  test('every token opens its own doors only', async () => {
    await using on = await makeTestServer();
    await using agent = await TestAgent.enrol(on, { name: 'node1' });
    const as = (token: string) => connect({ address: on.server.address, token });
    const [nobody, enrolling, worker] = [as('wrong'), as(on.server.enrolToken), as(agent.token)];
    expect(await refusal(nobody.api.task.list.query({}))).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await refusal(enrolling.api.task.list.query({}))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusal(worker.api.task.submit.mutate({ tasks: [{ command: 'a' }] }))).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await refusal(on.client.api.agent.heartbeat.mutate())).toMatchObject({ code: 'FORBIDDEN' });
    await Promise.all([nobody, enrolling, worker].map((client) => client.close()));
  });

  test('a page of another site is turned away', async () => {
    await using on = await makeTestServer();
    const authorization = `Bearer ${on.server.adminToken}`;
    const rebound = await fetch(`${on.server.address}/trpc/status`, {
      headers: { authorization, origin: 'http://evil.example' },
    });
    expect(rebound.status).toBe(403);
  });
});

describe('a long submission', () => {
  test('is queued whole, in order, and refused whole', async () => {
    await using on = await makeTestServer();
    const { api } = on.client;
    const submission = crypto.randomUUID();
    const part = (from: number) =>
      Array.from({ length: 3 }, (_, index) => ({ command: `echo ${from + index}`, name: `t${from + index}` }));
    await api.task.stage.mutate({ submission, part: 1, tasks: part(3) });
    expect(await refusal(api.task.commit.mutate({ submission, parts: 2 }))).toMatchObject({
      code: 'UNKNOWN_SUBMISSION',
    });
    expect((await api.task.list.query({})).tasks).toEqual([]);
    const other = crypto.randomUUID();
    await api.task.stage.mutate({ submission: other, part: 1, tasks: part(3) });
    await api.task.stage.mutate({
      submission: other,
      part: 0,
      tasks: [...part(0).slice(0, 2), { command: 'echo 2', dependency: ['t4'] }],
    });
    const { first, count } = await api.task.commit.mutate({ submission: other, parts: 2, batch: 'long' });
    expect(count).toBe(6);
    const { tasks } = await api.task.list.query({ batch: 'long' });
    expect(tasks.map(({ command }) => command).reverse()).toEqual([0, 1, 2, 3, 4, 5].map((index) => `echo ${index}`));
    expect(tasks.at(-1)?.id).toBe(first);
    expect(tasks.find(({ command }) => command === 'echo 2')?.status).toBe('W');
  });
});

test('a restarted server knows all that it knew', async () => {
  await using on = await makeTestServer();
  await using agent = await TestAgent.enrol(on, { name: 'node1', concurrency: 2 });
  await agent.connect();
  const ids = await submit(on, [{ command: 'a' }, { command: 'b' }, { command: 'c', priority: 5 }, { command: 'd' }]);
  const [order] = await agent.untilHolding(2);
  if (order === undefined) throw new Error('no order');
  await agent.finish(order.executionId);
  await agent.untilHolding(2);
  const before = await statuses(on, ...ids);
  await agent.disconnect();
  await on.restart();
  expect(await statuses(on, ...ids)).toBe(before);
  const hello = await agent.connect(on.server.address);
  expect(hello).toMatchObject({ lastSeq: 3, closed: [] });
  expect(hello.wanted).toHaveLength(2);
  for (const id of [...agent.orders.keys()]) await agent.finish(id);
  await agent.untilHolding(1);
  for (const id of [...agent.orders.keys()]) await agent.finish(id);
  expect(await statuses(on, ...ids)).toBe('SSSS');
  expect(await on.server.check()).toEqual([]);
});
