import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  AgentSignal,
  LogChunk,
  LogsAnswer,
  Order,
  ReportRecord,
  ReportsAnswer,
  ServerMessage,
  SessionInput,
} from '#core/contract/agent.ts';
import { ScitqError } from '#core/contract/errors.ts';
import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import type { LogFiles } from '#server/logs/log-files.ts';
import type { Store, WorkerRow } from '#server/store/store.ts';
import { makeOrder } from '#server/tasks/assign.ts';
import { loseWorker } from '#server/tasks/lose-worker.ts';
import { applyReports } from '#server/tasks/report.ts';
import { Leases } from './leases.ts';
import type { OpenExecutions } from './open-executions.ts';
import { Session } from './session.ts';

export interface HubOptions {
  store: Store;
  logs: LogFiles;
  openExecutions: OpenExecutions;
  /** Milliseconds without contact until a worker counts as offline, and as lost. */
  offlineAfter: number;
  lostAfter: number;
  onError: (error: unknown) => void;
  now: () => number;
}

/** All agents: their sessions, what they report, and whether they are still heard of. */
export class AgentHub {
  readonly #options: HubOptions;
  readonly #sessions = new Map<WorkerId, Session>();
  readonly #leases: Leases;
  /** The latest signal to each execution that is open: one that was sent into a broken connection goes with the next hello. */
  readonly #signals = new Map<ExecutionId, Extract<ServerMessage, { kind: 'signal' }>>();

  constructor(options: HubOptions) {
    this.#options = options;
    const { offlineAfter, lostAfter, now, onError } = options;
    this.#leases = new Leases({
      offlineAfter,
      lostAfter,
      now,
      onOffline: (id) => void this.#setStatus(id, 'offline').catch(onError),
      onLost: (id) => void this.#lose(id).catch(onError),
    });
  }

  /** A server that starts gives every worker a full period to come back. */
  async start(): Promise<void> {
    for (const { id, status } of await this.#options.store.read.workers()) {
      if (status === 'running' || status === 'offline' || status === 'paused') this.#leases.touch(id);
    }
  }

  /**
   * Serves an agent's subscription: first what to do about what it holds, and the orders it has not got, then every
   * further message. A newer session of the same worker ends this one.
   */
  async *connect(
    workerId: WorkerId,
    input: SessionInput,
    signal: AbortSignal,
  ): AsyncGenerator<ServerMessage[], void, void> {
    this.#sessions.get(workerId)?.end();
    const session = new Session();
    this.#sessions.set(workerId, session);
    try {
      const greeting = await this.#greet(workerId, input);
      this.#leases.touch(workerId);
      yield greeting;
      yield* session.messages(signal);
    } finally {
      if (this.#sessions.get(workerId) === session) this.#sessions.delete(workerId);
      session.end();
    }
  }

  /** Asks an agent to stop in order; resolves when it has gone, at once when it is not connected. */
  async retire(workerId: WorkerId, reason: string): Promise<void> {
    const session = this.#sessions.get(workerId);
    session?.push({ kind: 'retire', reason });
    await session?.over;
  }

  async report(workerId: WorkerId, reports: readonly ReportRecord[]): Promise<ReportsAnswer> {
    this.#leases.touch(workerId);
    const ending = reports.filter(({ progress }) => progress.kind === 'succeeded' || progress.kind === 'failed');
    await this.#options.logs.settle(ending.map(({ executionId }) => executionId));
    return applyReports(this.#options.store, workerId, reports, this.#options.now);
  }

  async appendLogs(workerId: WorkerId, chunks: readonly LogChunk[]): Promise<LogsAnswer> {
    this.#leases.touch(workerId);
    const { logs, openExecutions } = this.#options;
    const sizes: LogsAnswer['sizes'] = [];
    for (const { executionId, stream, offset, data } of chunks) {
      const wanted = openExecutions.isHeldBy(executionId, workerId);
      sizes.push(wanted ? await logs.append(executionId, stream, offset, Buffer.from(data, 'base64')) : null);
    }
    return { sizes };
  }

  heartbeat(workerId: WorkerId): void {
    this.#leases.touch(workerId);
  }

  lastContact(workerId: WorkerId): number | undefined {
    return this.#leases.lastContact(workerId);
  }

  /** An agent without a session gets its orders when it says hello. */
  order(workerId: WorkerId, orders: Order[]): void {
    this.#sessions.get(workerId)?.push({ kind: 'run', orders });
  }

  /** An agent without a session gets it when it says hello. */
  signal(workerId: WorkerId, executionId: ExecutionId, signal: AgentSignal, grace?: number): void {
    for (const id of this.#signals.keys()) if (!this.#options.openExecutions.has(id)) this.#signals.delete(id);
    const message = { kind: 'signal' as const, executionId, signal, ...(grace !== undefined && { grace }) };
    this.#signals.set(executionId, message);
    this.#sessions.get(workerId)?.push(message);
  }

  forget(workerId: WorkerId, executionIds: ExecutionId[]): void {
    this.#sessions.get(workerId)?.push({ kind: 'forget', executionIds });
  }

  /** The agent stops on purpose and has given back what it held. */
  async leave(workerId: WorkerId): Promise<void> {
    this.#leases.forget(workerId);
    await this.#setStatus(workerId, 'offline');
  }

  close(): void {
    this.#leases.close();
    for (const session of this.#sessions.values()) session.end();
  }

  async #greet(workerId: WorkerId, { holding, outbox, capacity }: SessionInput): Promise<ServerMessage[]> {
    const { store, logs } = this.#options;
    const worker = await this.#setStatus(workerId, 'running', { outbox, ...capacity });
    // Assignments of this turn are committed before the read below, or come through the session after it.
    await nextTurn();
    const open = await store.read.openOrders(workerId);
    const held = new Set(holding);
    const openIds = new Set(open.map(({ executionId }) => executionId));
    const wanted = await Promise.all(
      holding
        .filter((id) => openIds.has(id))
        .map(async (executionId) => ({
          executionId,
          stdout: await logs.size(executionId, 'stdout'),
          stderr: await logs.size(executionId, 'stderr'),
        })),
    );
    const orders = open
      .filter(({ executionId }) => !held.has(executionId))
      .map((order) => makeOrder(order, order.executionId, order.attempt));
    const hello: ServerMessage = {
      kind: 'hello',
      workerId,
      lastSeq: worker.lastSeq,
      concurrency: worker.concurrency,
      prefetch: worker.prefetch,
      heartbeat: Math.max(100, Math.min(10_000, this.#options.offlineAfter / 3)),
      wanted,
      closed: holding.filter((id) => !openIds.has(id)),
    };
    const signals = [...openIds].flatMap((id) => this.#signals.get(id) ?? []);
    return [hello, ...(orders.length > 0 ? [{ kind: 'run' as const, orders }] : []), ...signals];
  }

  async #setStatus(
    workerId: WorkerId,
    status: 'running' | 'offline',
    news: Partial<Pick<WorkerRow, 'outbox' | 'concurrency' | 'prefetch'>> = {},
  ): Promise<WorkerRow> {
    const { store, now } = this.#options;
    return store.write(async (tx) => {
      const worker = await tx.worker(workerId);
      if (worker === undefined) {
        throw new ScitqError('UNKNOWN_WORKER', `Worker ${workerId} was deleted.`, { hint: 'Enrol it again.' });
      }
      // A paused worker stays paused while it is in contact.
      const kept = worker.status === 'paused' && status === 'running';
      const counting = news.outbox === undefined || news.outbox === worker.outbox ? {} : { lastSeq: 0 };
      const changed: WorkerRow = {
        ...worker,
        ...news,
        ...counting,
        status: kept ? 'paused' : status,
        lastContactAt: this.lastContact(workerId) ?? now(),
      };
      await tx.writeWorker(changed);
      tx.publish({ kind: 'worker', worker: changed });
      return changed;
    });
  }

  async #lose(workerId: WorkerId): Promise<void> {
    this.#sessions.get(workerId)?.end();
    await loseWorker(this.#options.store, workerId, 'lost', this.#options.now);
  }
}
