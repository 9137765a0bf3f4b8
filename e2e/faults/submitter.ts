import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import { toScitqError } from '#client/error.ts';
import type { NewTask } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { ServerProgram } from '#e2e/programs/server-program.ts';
import { until } from '#e2e/programs/until.ts';
import { allTasks } from './ledger.ts';

export type NamedTask = NewTask & { name: string };

interface Group {
  names: string[];
  /** Where the server said that it has it. */
  acknowledged?: { first: TaskId; count: number };
}

/** Keeps a batch filled with small groups while its server is killed again and again, and remembers what was acknowledged. */
export class Submitter {
  readonly #server: ServerProgram;
  readonly #options: { batch: string; makeGroup: (number: number) => NamedTask[]; fullAt: number };
  readonly #groups: Group[] = [];
  #stopped = false;

  /** Submits no more while `fullAt` tasks have not ended. */
  constructor(
    server: ServerProgram,
    options: { batch: string; makeGroup: (number: number) => NamedTask[]; fullAt: number },
  ) {
    this.#server = server;
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Runs until stopped; rejects when the server refuses a group, which is not to be away. */
  async run(): Promise<void> {
    const { batch, makeGroup, fullAt } = this.#options;
    while (!this.#stopped) {
      const tasks = makeGroup(this.#groups.length);
      const group: Group = { names: tasks.map(({ name }) => name) };
      this.#groups.push(group);
      try {
        group.acknowledged = await this.#server.api.task.submit.mutate({ batch, tasks });
      } catch (error) {
        if (toScitqError(error).report.code !== 'UNAVAILABLE') throw error;
        await delay(50);
      }
      await until(
        'there is room in the queue',
        () => this.#unfinished(),
        (count) => this.#stopped || count < fullAt,
      );
    }
  }

  /** What was acknowledged is there, under the ids that were given; what was not is there wholly or not at all. */
  async expectToBeWhole(): Promise<void> {
    const idsByName = new Map<string, TaskId[]>();
    for (const { id, name = '' } of await allTasks(this.#server))
      idsByName.set(name, [...(idsByName.get(name) ?? []), id]);
    for (const { names, acknowledged } of this.#groups) {
      const ids = names.flatMap((name) => idsByName.get(name) ?? []);
      if (acknowledged === undefined && ids.length === 0) continue;
      const first = acknowledged?.first ?? ids[0] ?? 0;
      expect(ids, `group ${names.join(' ')}`).toEqual(names.map((_, index) => first + index));
      if (acknowledged !== undefined) expect(acknowledged.count).toBe(names.length);
    }
  }

  /** How many groups there were, and how many of them were acknowledged. */
  get count(): { submitted: number; acknowledged: number } {
    const acknowledged = this.#groups.filter((group) => group.acknowledged !== undefined).length;
    return { submitted: this.#groups.length, acknowledged };
  }

  async #unfinished(): Promise<number> {
    const { tasks } = await this.#server.api.status.query();
    const { S, F, X, ...unfinished } = tasks;
    return Object.values(unfinished).reduce((sum, count) => sum + count, 0);
  }
}
