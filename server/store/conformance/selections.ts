import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TaskId } from '#core/contract/ids.ts';
import type { Store } from '../store.ts';
import type { ModelSelection, ModelTask } from './model.ts';
import { fill, modelSelections, modelTasks } from './model.ts';

const RUNS = 25;

export function describeSelections(open: () => Promise<Store>): void {
  describe('selections of tasks', () => {
    test('are the union of their parts, within the batch, and tell what is missing', async () => {
      await fc.assert(
        fc.asyncProperty(modelTasks, modelSelections, async (tasks, selections) => {
          await using store = await open();
          const { idAt } = await fill(store, tasks, TaskId.parse);
          for (const selection of selections) {
            const { ids, ranges, ...rest } = selection;
            const selected = await store.read.selectTasks({
              ...rest,
              ...(ids !== undefined && { ids: ids.map(idAt) }),
              ...(ranges !== undefined && {
                ranges: ranges.map(({ from, to }) => ({ from: idAt(from), to: idAt(to) })),
              }),
            });
            const expected = naiveSelection(tasks, selection);
            expect(selected.ids, JSON.stringify(selection)).toEqual(expected.positions.map(idAt));
            expect(selected.missing).toEqual([
              ...expected.missingIds.map((id) => String(idAt(id))),
              ...expected.missingNames,
            ]);
          }
        }),
        { numRuns: RUNS },
      );
    });

    test('of nothing are empty', async () => {
      await using store = await open();
      expect(await store.read.selectTasks({})).toEqual({ ids: [], missing: [] });
      expect(await store.read.selectTasks({ all: true, last: 3, status: ['P'] })).toEqual({ ids: [], missing: [] });
    });
  });
}

function naiveSelection(tasks: readonly ModelTask[], selection: ModelSelection) {
  const { batch, status, last, all } = selection;
  const inBatch = (task: ModelTask) => batch === undefined || task.batch === batch;
  const visible = tasks.flatMap((task, position) => (inBatch(task) && !task.hidden ? [position] : []));
  const visibleWhere = (fits: (task: ModelTask, position: number) => boolean) =>
    visible.filter((position) => {
      const task = tasks[position];
      return task !== undefined && fits(task, position);
    });

  const ids = [...new Set(selection.ids)];
  const exists = (position: number) => {
    const task = tasks[position];
    return task !== undefined && inBatch(task);
  };
  const names = [...new Set(selection.names)];
  const ofName = (name: string) => visibleWhere((task) => task.name === name);
  const positions = new Set([
    ...ids.filter(exists),
    ...(selection.ranges ?? []).flatMap(({ from, to }) =>
      visible.filter((position) => position >= from && position <= to),
    ),
    ...names.flatMap(ofName),
    ...visibleWhere((task) => status?.includes(task.status) ?? false),
    ...(last === undefined ? [] : visible.slice(-last)),
    ...(all === true ? visible : []),
  ]);
  return {
    positions: [...positions].sort((a, b) => a - b),
    missingIds: ids.filter((id) => !exists(id)),
    missingNames: names.filter((name) => ofName(name).length === 0),
  };
}
