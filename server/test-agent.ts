import { EventEmitter, once } from 'node:events';
import type { Client } from '#client/connect.ts';
import { connect } from '#client/connect.ts';
import type { Order, ServerMessage } from '#core/contract/agent.ts';
import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import type { Progress } from '#core/task/report.ts';
import type { TestServer } from './test-server.ts';

/** Speaks an agent's side of the protocol, one message at a time, as a test tells it to. */
export class TestAgent implements AsyncDisposable {
  readonly workerId: WorkerId;
  readonly token: string;
  readonly orders = new Map<ExecutionId, Order>();
  readonly messages: ServerMessage[] = [];
  readonly #events = new EventEmitter();
  readonly #address: string;
  #client: Client | undefined;
  #seq = 0;

  private constructor(address: string, workerId: WorkerId, token: string) {
    this.#address = address;
    this.workerId = workerId;
    this.token = token;
  }

  static async enrol(
    { server }: TestServer,
    options: { name: string; concurrency?: number; prefetch?: number; batch?: string },
  ): Promise<TestAgent> {
    const client = connect({ address: server.address, token: server.enrolToken });
    const { workerId, token } = await client.api.agent.enrol.mutate({
      concurrency: 1,
      prefetch: 0,
      version: 'test',
      ...options,
    });
    await client.close();
    return new TestAgent(server.address, workerId, token);
  }

  /** Resolves with the server's hello. `address` names another server than the one it enrolled at, after a restart. */
  async connect(address = this.#address): Promise<Extract<ServerMessage, { kind: 'hello' }>> {
    const client = connect({ address, token: this.token, socket: 'everything' });
    this.#client = client;
    client.api.agent.session.subscribe(
      { holding: [...this.orders.keys()], outbox: 'test', version: 'test' },
      {
        onData: (messages) => {
          for (const message of messages) this.#onMessage(message);
        },
        onError: () => undefined,
      },
    );
    const [hello] = await once(this.#events, 'hello');
    return hello;
  }

  async disconnect(): Promise<void> {
    await this.#client?.close();
    this.#client = undefined;
  }

  /** Resolves when it holds at least `count` orders. */
  async untilHolding(count: number): Promise<Order[]> {
    while (this.orders.size < count) await once(this.#events, 'orders');
    return [...this.orders.values()];
  }

  async untilMessage(kind: ServerMessage['kind']): Promise<ServerMessage> {
    const found = this.messages.find((message) => message.kind === kind);
    return found ?? (await once(this.#events, kind))[0];
  }

  async report(...said: (readonly [ExecutionId, Progress])[]) {
    const reports = said.map(([executionId, progress]) => {
      this.#seq += 1;
      return { seq: this.#seq, executionId, at: Date.now(), progress };
    });
    const answer = await this.#api().agent.report.mutate({ reports });
    for (const [id, { kind }] of said) {
      if (kind === 'succeeded' || kind === 'failed' || kind === 'returned') this.orders.delete(id);
    }
    return answer;
  }

  /** The whole life of one execution in one request. */
  async finish(id: ExecutionId, exitCode = 0) {
    const end: Progress =
      exitCode === 0
        ? { kind: 'succeeded' }
        : { kind: 'failed', failure: { class: 'command', exitCode, message: `exit ${exitCode}` } };
    return this.report([id, { kind: 'accepted' }], [id, { kind: 'started' }], [id, end]);
  }

  async log(executionId: ExecutionId, stream: 'stdout' | 'stderr', offset: number, text: string) {
    const data = Buffer.from(text).toString('base64');
    return this.#api().agent.logs.mutate({ chunks: [{ executionId, stream, offset, data }] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
  }

  #api() {
    if (this.#client === undefined) throw new Error('the test agent is not connected');
    return this.#client.api;
  }

  #onMessage(message: ServerMessage): void {
    this.messages.push(message);
    if (message.kind === 'run') {
      for (const order of message.orders) this.orders.set(order.executionId, order);
      this.#events.emit('orders');
    }
    if (message.kind === 'forget') for (const id of message.executionIds) this.orders.delete(id);
    if (message.kind === 'hello') for (const id of message.closed) this.orders.delete(id);
    this.#events.emit(message.kind, message);
  }
}
