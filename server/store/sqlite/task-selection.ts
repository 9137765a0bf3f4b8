import { ScitqError } from '#core/contract/errors.ts';
import type { TaskSelection } from '#core/contract/task.ts';
import type { BatchId, TaskId } from '#core/task/ids.ts';
import type { Connection } from './connection.ts';
import type { TaskFilter } from './task-list.ts';

/** One selection names at most this many tasks. */
export const MAX_SELECTED = 1_000_000;

/** A selection whose batch has been looked up; it narrows everything that is selected. */
export type BatchSelection = Omit<TaskSelection, 'batch'> & { batchId?: BatchId | undefined };

/** See Reader.selectTasks. `list` is the list of tasks of this connection. */
export function makeTaskSelection(connection: Connection, list: (filter: TaskFilter) => TaskId[]) {
  const byId = connection.prepare<[{ id: TaskId; batchId: BatchId | null }], { id: TaskId }>(
    'SELECT id FROM task WHERE id = @id AND batch_id = COALESCE(@batchId, batch_id)',
  );
  const inRange = connection.prepare<
    [{ from: number; to: number; batchId: BatchId | null; limit: number }],
    { id: TaskId }
  >(
    `SELECT id FROM task NOT INDEXED
     WHERE id BETWEEN @from AND @to AND hidden = 0 AND batch_id = COALESCE(@batchId, batch_id) LIMIT @limit`,
  );

  return (selection: BatchSelection): { ids: TaskId[]; missing: string[] } => {
    const { batchId } = selection;
    const inBatch = batchId ?? null;
    const parts: TaskId[][] = [];
    const missing: string[] = [];
    const listed = (filter: Partial<TaskFilter>) => list({ batchId, limit: MAX_SELECTED + 1, offset: 0, ...filter });

    for (const id of new Set(selection.ids)) {
      const row = byId.get({ id, batchId: inBatch });
      if (row === undefined) missing.push(String(id));
      else parts.push([row.id]);
    }
    for (const { from, to } of joinRanges(selection.ranges ?? [])) {
      parts.push(inRange.all({ from, to, batchId: inBatch, limit: MAX_SELECTED + 1 }).map(({ id }) => id));
    }
    for (const name of new Set(selection.names)) {
      const ids = listed({ name });
      if (ids.length === 0) missing.push(name);
      parts.push(ids);
    }
    if (selection.all) parts.push(listed({}));
    if (selection.status !== undefined && selection.status.length > 0) parts.push(listed({ status: selection.status }));
    if (selection.last !== undefined) parts.push(listed({ limit: selection.last }));
    const ids = parts.length > 1 ? [...new Set(parts.flat())] : (parts[0] ?? []);
    if (ids.length > MAX_SELECTED) throw tooMany();
    return { ids: ids.sort((a, b) => a - b), missing };
  };
}

/** Ranges that overlap are joined, so that many of them cost no more than one. */
function joinRanges(ranges: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (from <= to) joined.push({ from, to });
  }
  return joined;
}

function tooMany(): ScitqError {
  return new ScitqError('TOO_LARGE', `This selects more than ${MAX_SELECTED.toLocaleString('en')} tasks.`, {
    hint: 'Name fewer at a time: a batch, a status, or a range of ids such as 1-100000.',
  });
}
