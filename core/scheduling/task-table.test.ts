import { describe, expect, it } from 'vitest';
import { TaskTable } from './task-table.ts';
import { ids, taskId } from './test-language.ts';

describe('the table of tasks', () => {
  it('finds each task by its id, however many there are', () => {
    const table = new TaskTable<object>();
    const holder = {};
    const slots = ids(1, 1000).map((id) => table.add(taskId(id * 1000), id, holder));
    expect(slots.map((slot) => [table.idAt(slot), table.priorityAt(slot)])).toEqual(
      ids(1, 1000).map((id) => [id * 1000, id]),
    );
    expect(slots.map((slot) => table.slotOf(table.idAt(slot)))).toEqual(slots);
    expect(table.slotOf(taskId(1))).toBe(-1);
  });

  it('grows to the most tasks there were at once, not to all there ever were', () => {
    const table = new TaskTable<object>();
    const slots = ids(1, 10).map((id) => table.add(taskId(id), 0, {}));
    for (const slot of slots.slice(2, 7)) table.remove(slot);
    expect(
      ids(11, 15)
        .map((id) => table.add(taskId(id), 0, {}))
        .sort(),
    ).toEqual(slots.slice(2, 7));
    expect(table.add(taskId(16), 0, {})).toBe(10);
  });

  it('gives its memory back when it is empty', () => {
    const table = new TaskTable<object>();
    const slots = ids(1, 10).map((id) => table.add(taskId(id), 0, {}));
    for (const slot of slots) table.remove(slot);
    expect(table.size).toBe(0);
    expect(table.add(taskId(11), 0, {})).toBe(0);
  });
});
