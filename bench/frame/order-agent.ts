import { type Client, connect } from '#client/connect.ts';
import type { ServerMessage } from '#core/contract/agent.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import type { Progress } from '#core/task/report.ts';
import type { RunningServer } from './programs.ts';

interface ReceivedOrder {
  executionId: ExecutionId;
  /** `performance.now()` of this process. */
  receivedAt: number;
}

/** An agent that is the bench itself: it takes one order at a time and reports its success. */
export class OrderAgent implements AsyncDisposable {
  readonly #client: Client;
  #seq = 0;
  #greeted = Promise.withResolvers<void>();
  #next = Promise.withResolvers<ReceivedOrder>();

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Resolves when the server knows it and has greeted it. */
  static async enrol({ address, enrolToken }: RunningServer, name: string): Promise<OrderAgent> {
    const enrolling = connect({ address, token: enrolToken });
    const about = { name, batch: name, concurrency: 1, prefetch: 0, version: 'bench' };
    const { token } = await enrolling.api.agent.enrol.mutate(about);
    await enrolling.close();
    const agent = new OrderAgent(connect({ address, token, socket: 'everything' }));
    agent.#client.api.agent.session.subscribe(
      { holding: [], outbox: 'bench', version: 'bench' },
      {
        onData: (messages) => agent.#receive(messages),
        onError: (error) => agent.#next.reject(error),
      },
    );
    await agent.#greeted.promise;
    return agent;
  }

  /** To be called before what causes the order. */
  nextOrder(): Promise<ReceivedOrder> {
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  /** Resolves when the server has it. */
  async succeed(executionId: ExecutionId): Promise<void> {
    const told: Progress[] = [{ kind: 'accepted' }, { kind: 'started' }, { kind: 'succeeded' }];
    const reports = told.map((progress) => {
      this.#seq += 1;
      return { seq: this.#seq, executionId, at: Date.now(), progress };
    });
    await this.#client.api.agent.report.mutate({ reports });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }

  #receive(messages: readonly ServerMessage[]): void {
    const receivedAt = performance.now();
    for (const message of messages) {
      if (message.kind === 'hello') this.#greeted.resolve();
      if (message.kind !== 'run') continue;
      for (const { executionId } of message.orders) this.#next.resolve({ executionId, receivedAt });
    }
  }
}
