import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TaskId } from '#core/contract/ids.ts';
import type { Store } from '../store.ts';
import type { ModelQuery, ModelTask } from './model.ts';
import { fill, modelQueries, modelTasks } from './model.ts';
import { addBatch, addTasks, newTask } from './sample.ts';

const RUNS = 25;

export function describeLists(open: () => Promise<Store>): void {
  describe('lists of tasks', () => {
    test('give what a look at every task gives, for any filters and pages', async () => {
      await fc.assert(
        fc.asyncProperty(modelTasks, modelQueries, async (tasks, queries) => {
          await using store = await open();
          const filled = await fill(store, tasks, TaskId.parse);
          for (const query of queries) {
            const listed = await store.read.listTasks(filled.query(query));
            const fitting = positionsOf(tasks, query);
            const page = fitting.slice(query.offset, query.offset + query.limit);
            expect(
              listed.tasks.map(({ id }) => id),
              JSON.stringify(query),
            ).toEqual(page.map(filled.idAt));
            expect(listed.more).toBe(fitting.length > query.offset + query.limit);
          }
        }),
        { numRuns: RUNS },
      );
    });

    test('can be walked from page to page by the last id, while tasks are added', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const ids = await addTasks(
        store,
        Array.from({ length: 25 }, () => newTask(batchId)),
      );
      const walked: number[] = [];
      let page = await store.read.listTasks({ limit: 10, offset: 0, status: ['P', 'W'] });
      for (;;) {
        walked.push(...page.tasks.map(({ id }) => id));
        const last = page.tasks.at(-1);
        if (!page.more || last === undefined) break;
        await addTasks(store, [newTask(batchId)]);
        page = await store.read.listTasks({ limit: 10, offset: 0, status: ['P', 'W'], before: last.id });
      }
      expect(walked).toEqual(ids.toReversed());
    });

    test('tell the batch and how a task stands', async () => {
      await using store = await open();
      const batchId = await addBatch(store, 'assembly');
      const [id] = await addTasks(store, [newTask(batchId, { name: 'x', priority: 2 })]);
      expect((await store.read.listTasks({ limit: 1, offset: 0 })).tasks).toEqual([
        {
          id,
          status: 'P',
          name: 'x',
          command: 'true',
          batch: 'assembly',
          batchId,
          attempt: 0,
          retry: 0,
          priority: 2,
          hidden: false,
          createdAt: 1_000,
          modifiedAt: 1_000,
          statusAt: 1_000,
        },
      ]);
    });
  });
}

/** The naive answer: positions of the fitting tasks, newest first, all pages. */
function positionsOf(tasks: readonly ModelTask[], query: ModelQuery): number[] {
  const { status, batch, name, command, failure, worker, before, showHidden } = query;
  const fits = (task: ModelTask, position: number) =>
    (status === undefined || status.length === 0 || status.includes(task.status)) &&
    (batch === undefined || task.batch === batch) &&
    (name === undefined || task.name === name) &&
    (command === undefined || pattern(command).test(task.command)) &&
    (failure === undefined || task.failure === failure) &&
    (worker === undefined || task.worker === worker) &&
    (before === undefined || position < before) &&
    (showHidden === true || !task.hidden);
  return tasks.flatMap((task, position) => (fits(task, position) ? [position] : [])).toReversed();
}

function pattern(command: string): RegExp {
  const pieces = command.split('%').map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(pieces.join('[^]*'), 'i');
}
