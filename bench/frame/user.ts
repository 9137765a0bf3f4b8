import { type Client, connect } from '#client/connect.ts';
import type { CountersSnapshot } from '#core/contract/counters.ts';
import { MAX_TASKS_PER_REQUEST, type NewTask } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { RunningServer } from './programs.ts';

/** The bench as a user of the server: queues tasks and waits for them. */
export class User implements AsyncDisposable {
  readonly api: Client['api'];
  readonly #client: Client;

  constructor({ address, adminToken }: RunningServer) {
    this.#client = connect({ address, token: adminToken });
    this.api = this.#client.api;
  }

  /** Queues `count` tasks that differ by their number alone; returns the first id. */
  async queue(count: number, task: (index: number) => NewTask): Promise<TaskId> {
    let first: TaskId | undefined;
    for (let from = 0; from < count; from += MAX_TASKS_PER_REQUEST) {
      const length = Math.min(MAX_TASKS_PER_REQUEST, count - from);
      const tasks = Array.from({ length }, (_, index) => task(from + index));
      const submitted = await this.api.task.submit.mutate({ tasks });
      first ??= submitted.first;
    }
    if (first === undefined) throw new RangeError('there is nothing to queue');
    return first;
  }

  /** Resolves when the counters of the server, which it sends every 0.1 s, are as wanted. */
  async until(isReached: (counters: CountersSnapshot) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const subscription = this.api.counters.watch.subscribe(undefined, {
      onData: (counters) => {
        try {
          if (isReached(counters)) resolve();
        } catch (error) {
          reject(error);
        }
      },
      onError: reject,
    });
    await promise;
    subscription.unsubscribe();
  }

  /** Resolves when so many tasks have succeeded. Rejects when one has failed. */
  async untilSucceeded(count: number): Promise<void> {
    await this.until(({ tasks }) => {
      if (tasks.F > 0) throw new Error(`${tasks.F} tasks failed`);
      return tasks.S >= count;
    });
  }

  /** Resolves when the task has ended, however it ended. */
  async untilEnded(id: TaskId): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.api.task.watch.subscribe({ ids: [id] }, { onComplete: resolve, onError: reject });
    await promise;
  }

  /** All of its standard output. */
  async printedBy(id: TaskId): Promise<string> {
    const { data } = await this.api.task.log.query({ id, stream: 'stdout', offset: 0, limit: 65_536 });
    return Buffer.from(data, 'base64').toString();
  }

  /** When the server gave the task to a worker for the first time, in milliseconds since the epoch. */
  async assignedAt(id: TaskId): Promise<number> {
    const { executions } = await this.api.task.show.query({ id });
    const assignedAt = executions[0]?.createdAt;
    if (assignedAt === undefined) throw new Error(`task ${id} was never given to a worker`);
    return assignedAt;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}
