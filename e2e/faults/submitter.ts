import { randomUUID } from 'node:crypto';
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

export interface SubmitterOptions {
  batch: string;
  makeGroup: (number: number) => NamedTask[];
  /** Submits no more while so many tasks of the batch have not ended. */
  fullAt: number;
}

/** Submits small groups while the server is killed again and again, and remembers what was acknowledged. */
export class Submitter {
  readonly #server: ServerProgram;
  readonly #options: SubmitterOptions;
  readonly #groups: Group[] = [];
  #stopped = false;

  constructor(server: ServerProgram, options: SubmitterOptions) {
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
        const isWhole = this.#groups.length % 2 === 0;
        group.acknowledged = isWhole
          ? await this.#server.api.task.submit.mutate({ batch, tasks })
          : await this.#submitInParts(batch, tasks);
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

  /** As a long file is: parts that are nothing until they are committed together. */
  async #submitInParts(batch: string, tasks: NamedTask[]): Promise<{ first: TaskId; count: number }> {
    const { stage, commit } = this.#server.api.task;
    const submission = randomUUID();
    await Promise.all(tasks.map((task, part) => stage.mutate({ submission, part, tasks: [task] })));
    return commit.mutate({ submission, parts: tasks.length, batch });
  }

  async #unfinished(): Promise<number> {
    const batches = await this.#server.api.batch.list.query();
    const { S, F, X, ...unfinished } = batches.find(({ name }) => name === this.#options.batch)?.tasks ?? {};
    return Object.values(unfinished).reduce((sum, count) => sum + count, 0);
  }
}
