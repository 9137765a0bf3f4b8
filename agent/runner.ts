import type { AgentSignal, Order } from '#core/contract/agent.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import { Execution } from './execution.ts';
import type { Tools } from './tools.ts';

/** All executions of this worker. */
export class Runner {
  readonly #tools: Tools;
  readonly #executions = new Map<ExecutionId, Execution>();
  readonly #ended = new Map<Execution, Promise<void>>();
  #stopping = false;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  get size(): number {
    return this.#executions.size;
  }

  /** Goes on with what an earlier agent held. */
  recover(): void {
    for (const held of this.#tools.holdings.all().values()) {
      if (held.reported) {
        if (this.#tools.stages)
          this.#tools.logs.track(held.order.executionId, runFolder(this.#tools, held.order.executionId));
      } else this.#launch(new Execution(held.order, this.#tools), Promise.resolve());
    }
  }

  take(orders: readonly Order[]): void {
    for (const order of orders) {
      // An order may come twice: pushed, and again with the next hello.
      if (this.#tools.holdings.has(order.executionId)) continue;
      const taken = this.#tools.holdings.take(order);
      const execution = new Execution(order, this.#tools);
      this.#launch(execution, taken);
      if (this.#stopping) execution.giveBack('the worker is stopping');
    }
  }

  signal(id: ExecutionId, signal: AgentSignal, grace?: number): void {
    this.#executions.get(id)?.signal(signal, grace);
  }

  async forget(ids: readonly ExecutionId[]): Promise<void> {
    for (const id of ids) {
      const execution = this.#executions.get(id);
      if (execution !== undefined) execution.forget();
      else if (this.#tools.holdings.has(id)) await this.#tools.drop(id);
    }
  }

  /** Gives back what has not started, waits for the rest until `deadline` milliseconds from now, gives back what is left. */
  async stop(deadline: number): Promise<void> {
    this.#stopping = true;
    for (const execution of this.#executions.values()) {
      if (!execution.isRunning) execution.giveBack('the worker is stopping');
    }
    const all = Promise.all(this.#ended.values());
    const { promise: expired, resolve: expire } = Promise.withResolvers<void>();
    const timer = setTimeout(expire, deadline);
    await Promise.race([all, expired]);
    clearTimeout(timer);
    for (const execution of this.#executions.values()) execution.giveBack('the worker stopped before it had ended');
    await Promise.all(this.#ended.values());
  }

  #launch(execution: Execution, journalled: Promise<void>): void {
    const { executionId } = execution.order;
    const held = this.#tools.holdings.all().get(executionId);
    this.#executions.set(executionId, execution);
    const ended = journalled
      .then(() => execution.run(held))
      .catch((error: unknown) =>
        this.#tools.log.error({ err: error, executionId }, 'an execution was lost in the agent'),
      )
      .finally(() => {
        this.#executions.delete(executionId);
        this.#ended.delete(execution);
      });
    this.#ended.set(execution, ended);
  }
}

function runFolder(tools: Tools, id: ExecutionId): string {
  return `${tools.executionsFolder}/${id}/run`;
}
