import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExecutionId } from '#core/task/ids.ts';
import type { Progress } from '#core/task/report.ts';
import { stepsOf } from '#core/task/report.ts';
import { isOpen } from '#core/task/status.ts';
import { TestAgent } from './test-agent.ts';
import type { TestServer } from './test-server.ts';
import { makeTestServer } from './test-server.ts';

type Step =
  | { do: 'submit'; batch: 'a' | 'b'; size: number; retry: number; waits: 'none' | 'dependency' | 'after' }
  | { do: 'report'; agent: number; pick: number; progress: Progress }
  | { do: 'finish'; agent: number; exitCode: number }
  | { do: 'cancel' | 'retry'; pick: number }
  | { do: 'reconnect'; agent: number }
  | { do: 'restart' };

const nat = fc.nat(1_000);
const progress: fc.Arbitrary<Progress> = fc.constantFrom<Progress>(
  { kind: 'accepted' },
  { kind: 'downloading' },
  { kind: 'held' },
  { kind: 'started' },
  { kind: 'suspended' },
  { kind: 'resumed' },
  { kind: 'uploading', ok: true },
  { kind: 'succeeded' },
  { kind: 'failed', failure: { class: 'command', exitCode: 2, message: 'exit 2' } },
  { kind: 'returned', reason: 'drained' },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      batch: fc.constantFrom('a' as const, 'b' as const),
      size: fc.integer({ min: 1, max: 4 }),
      retry: fc.nat(2),
      waits: fc.constantFrom('none' as const, 'dependency' as const, 'after' as const),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('report' as const), agent: nat, pick: nat, progress }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('finish' as const), agent: nat, exitCode: fc.constantFrom(0, 0, 1) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cancel' as const, 'retry' as const), pick: nat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect' as const), agent: nat }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);

/** Rules 1 and 2 of the design: memory equals the database, and exactly the open statuses have one open execution. */
async function checkInvariants({ server, client }: TestServer): Promise<void> {
  expect(await server.check()).toEqual([]);
  const { tasks } = await client.api.task.list.query({ limit: 1_000, showHidden: true });
  for (const { id } of tasks) {
    const task = await client.api.task.show.query({ id });
    const open = task.executions.filter(({ outcome }) => outcome === 'open');
    expect([id, task.status, open.length]).toEqual([id, task.status, isOpen(task.status) ? 1 : 0]);
    expect(task.dependency.every(({ met }) => met) || task.status === 'W' || task.status === 'X').toBe(true);
    expect(new Set(task.executions.map(({ attempt }) => attempt)).size).toBe(task.executions.length);
  }
}

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

async function take(on: TestServer, agents: readonly TestAgent[], action: Step): Promise<void> {
  const { api } = on.client;
  switch (action.do) {
    case 'submit': {
      const { batch, size, retry, waits } = action;
      const tasks = Array.from({ length: size }, (_, index) => ({
        command: 'work',
        name: `t${index}`,
        retry,
        ...(waits !== 'none' && index > 0 && { [waits]: [`t${index - 1}`] }),
      }));
      await api.task.submit.mutate({ batch, tasks });
      return;
    }
    case 'report': {
      const agent = pick(agents, action.agent);
      const id = agent && pick([...agent.orders.keys()], action.pick);
      if (agent === undefined || id === undefined) return;
      const status = await statusOf(on, id, agent);
      // An agent reports what the table allows; the rest is the state machine's own test.
      if (status !== undefined && stepsOf(status, action.progress, 0) !== undefined)
        await agent.report([id, action.progress]);
      return;
    }
    case 'finish': {
      const agent = pick(agents, action.agent);
      const [id] = agent ? agent.orders.keys() : [];
      const status = agent && id && (await statusOf(on, id, agent));
      if (agent !== undefined && id !== undefined && (status === 'A' || status === 'C'))
        await agent.finish(id, action.exitCode);
      return;
    }
    case 'cancel':
    case 'retry': {
      const task = pick((await api.task.list.query({ limit: 1_000 })).tasks, action.pick);
      if (task === undefined) return;
      if (action.do === 'cancel') await api.task.cancel.mutate({ selection: { ids: [task.id] } });
      else await api.task.retry.mutate({ selection: { ids: [task.id] } });
      return;
    }
    case 'reconnect': {
      const agent = pick(agents, action.agent);
      await agent?.disconnect();
      await agent?.connect(on.server.address);
      return;
    }
    case 'restart':
      await Promise.all(agents.map((agent) => agent.disconnect()));
      await on.restart();
      for (const agent of agents) await agent.connect(on.server.address);
  }
}

async function statusOf(on: TestServer, executionId: ExecutionId, agent: TestAgent) {
  const taskId = agent.orders.get(executionId)?.taskId;
  if (taskId === undefined) return undefined;
  const task = await on.client.api.task.show.query({ id: taskId });
  return task.executions.some(({ id, outcome }) => id === executionId && outcome === 'open') ? task.status : undefined;
}

test('after every step of a random history, memory and database say the same, and the rules hold', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
      await using on = await makeTestServer();
      const agents = [
        await TestAgent.enrol(on, { name: 'a1', batch: 'a', concurrency: 2, prefetch: 1 }),
        await TestAgent.enrol(on, { name: 'a2', batch: 'a', concurrency: 1 }),
        await TestAgent.enrol(on, { name: 'b1', batch: 'b', concurrency: 1 }),
      ];
      await using stack = new AsyncDisposableStack();
      for (const agent of agents) {
        stack.use(agent);
        await agent.connect();
      }
      for (const action of steps) {
        await take(on, agents, action);
        await checkInvariants(on);
      }
    }),
    { numRuns: 15 },
  );
});
