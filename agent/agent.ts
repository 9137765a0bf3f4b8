import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Client } from '#client/connect.ts';
import type { Order, ServerMessage } from '#core/contract/agent.ts';
import { ProgressReport } from '#core/contract/agent.ts';
import type { ScitqError } from '#core/contract/errors.ts';
import { ExecutionId } from '#core/contract/ids.ts';
import type { ExecutionId as Id } from '#core/task/ids.ts';
import { VERSION } from '#core/version.ts';
import type { OutgoingReport } from './delivery.ts';
import { Delivery } from './delivery.ts';
import { makeDockerExecutor } from './executor/docker/docker-executor.ts';
import type { Executor } from './executor/executor.ts';
import { makeNoopExecutor } from './executor/noop.ts';
import { makeProcessExecutor } from './executor/process/process-executor.ts';
import { currentBootId } from './executor/process/process-identity.ts';
import { Holdings } from './holdings.ts';
import type { Identity } from './identity.ts';
import { LogShipper } from './log-shipper.ts';
import { openOutbox } from './outbox/outbox.ts';
import { Runner } from './runner.ts';
import { AgentSession } from './session.ts';
import { Slots } from './slots.ts';
import { makeExecutionsFolder } from './staging/executions-folder.ts';
import { clearWorkspace, workspaceOf } from './staging/workspace.ts';

/** Reports that wait for a server that is away; far more than the tasks a worker holds can cause. */
const MAX_PENDING_REPORTS = 1_000_000;

const outgoing = z.object({ executionId: ExecutionId, at: z.number(), progress: ProgressReport });

export interface AgentOptions {
  folder: string;
  /** Where the server is now; asked before each connection. */
  address: () => Promise<string>;
  identity: Identity;
  /** `noop` runs nothing: for measuring the system itself. */
  executor: 'real' | 'noop';
  environment: NodeJS.ProcessEnv;
  log: Logger;
  onConnected: () => void;
  onRefused: (error: ScitqError) => void;
  /** The server asks this agent to stop. */
  onRetired: (reason: string) => void;
  /** Called whenever nothing is held any more. */
  onIdle: () => void;
}

export interface Agent {
  /** Whether the server has nothing left for this worker's batch; false when it cannot be asked. */
  isBatchDone(): Promise<boolean>;
  /** Takes nothing more, gives running commands `deadline` milliseconds, gives back the rest, says goodbye. */
  stop(deadline: number): Promise<void>;
}

/** Starts the parts of an agent, goes on with what its predecessor held, and connects. */
export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { folder, log, identity } = options;
  const stages = options.executor === 'real';
  const executors = await makeExecutors(options);
  const { outbox, warning } = await openOutbox<OutgoingReport>({
    folder,
    parse: (value) => outgoing.parse(value),
    maxPending: MAX_PENDING_REPORTS,
    bootId: await currentBootId(),
  });
  const { holdings, warning: holdingsWarning } = await Holdings.open(folder);
  for (const text of [warning, holdingsWarning]) if (text !== undefined) log.warn(text);

  let client: Client | undefined;
  const api = () => {
    if (client === undefined) throw new Error('not connected');
    return client.api;
  };
  let concurrency = 1;
  const executionsFolder = join(folder, 'executions');
  if (stages) await makeExecutionsFolder(executionsFolder);
  const slots = new Slots(0);
  const logs = new LogShipper((chunks) => api().agent.logs.mutate({ chunks }));
  const drop = async (id: Id, failed = false) => {
    logs.forget(id);
    await holdings.forget(id);
    if (stages) await clearWorkspace(workspaceOf(executionsFolder, id), failed);
    if (holdings.all().size === 0) options.onIdle();
  };
  const runner = new Runner({
    executorFor: executors.choose,
    executionsFolder,
    holdings,
    logs,
    slots,
    log,
    stages,
    concurrency: () => concurrency,
    report: (executionId, progress) => {
      outbox.add({ executionId, at: Date.now(), progress });
    },
    reportsStored: () =>
      outbox.flushed().then(
        () => true,
        () => false,
      ),
    drop,
    now: Date.now,
  });
  const delivery = new Delivery({
    outbox,
    drainLogs: (ids) => logs.drain(ids),
    send: (reports) => api().agent.report.mutate({ reports }),
    onClosed: (reports) => {
      for (const { executionId, progress } of reports) {
        drop(executionId, progress.kind === 'failed').catch((error: unknown) =>
          log.error({ err: error, executionId }, 'an execution could not be removed'),
        );
      }
    },
    onRefused: (ids) => void runner.forget(ids),
    isBusy: () => !slots.isFree,
  });

  const setCapacity = (running: number) => {
    concurrency = running;
    slots.resize(running);
  };
  const onMessage = async (message: ServerMessage, from: Client) => {
    switch (message.kind) {
      case 'hello':
        client = from;
        // Before there is room for more: what is closed and waits for a slot must not begin.
        await runner.forget(message.closed);
        setCapacity(message.concurrency);
        for (const { executionId, stdout, stderr } of message.wanted) logs.resume(executionId, { stdout, stderr });
        await delivery.connected(message.lastSeq);
        options.onConnected();
        return;
      case 'run':
        return runner.take(message.orders);
      case 'signal':
        return runner.signal(message.executionId, message.signal, message.grace);
      case 'forget':
        return runner.forget(message.executionIds);
      case 'retire':
        options.onRetired(message.reason);
    }
  };
  const session = new AgentSession({
    address: options.address,
    token: identity.token,
    version: VERSION,
    outbox: outbox.id,
    capacity: identity.capacity,
    holding: () => [...holdings.all().keys()],
    onMessage,
    onDisconnected: () => {
      client = undefined;
      delivery.disconnected();
    },
    onRefused: options.onRefused,
  });
  runner.recover();
  executors
    .removeOrphans(() => holdings.all().keys())
    .then(
      (names) => names.length > 0 && log.info({ names }, 'removed containers that nobody wants any more'),
      // Many a worker has no container engine.
      (error: unknown) => log.debug({ err: error }, 'containers left behind could not be looked for'),
    );
  session.start();

  return {
    isBatchDone: async () => {
      if (client === undefined || holdings.all().size > 0) return false;
      return client.api.agent.isBatchDone.query().catch(() => false);
    },
    async stop(deadline) {
      await client?.api.agent.leave.mutate().catch(() => undefined);
      await runner.stop(deadline);
      await delivery.flush().catch(() => undefined);
      await session.close();
      logs.close();
      await executors.close();
      await outbox.close();
      await holdings.close();
    },
  };
}

async function makeExecutors(options: AgentOptions) {
  if (options.executor === 'noop') {
    const noop = makeNoopExecutor();
    return { choose: () => noop, removeOrphans: async () => [], close: () => noop.close() };
  }
  const processes = makeProcessExecutor(options.environment);
  const containers = await makeDockerExecutor({ agentId: agentId(options.identity) });
  const choose = ({ settings }: Order): Executor => (settings.container === undefined ? processes : containers);
  return {
    choose,
    removeOrphans: (keep: () => Iterable<Id>) => containers.removeOrphans(keep),
    close: async () => {
      await Promise.all([processes.close(), containers.close()]);
    },
  };
}

/** Tells this agent's containers from those of other agents, also of other servers, on the same machine. */
function agentId({ token }: Identity): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12);
}
