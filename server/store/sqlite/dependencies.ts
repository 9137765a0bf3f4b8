import type { TaskId } from '#core/task/ids.ts';
import type { DependencyKind, DependencyRow } from '../store.ts';
import type { Connection } from './connection.ts';

/** Who waits for whom. `task.waiting_for` is kept equal to the unmet rows of the task by every change made here. */
export function makeDependencies(connection: Connection) {
  const insert = connection.prepare<[taskId: TaskId, requiresId: TaskId, kind: DependencyKind, met: 0 | 1]>(
    'INSERT INTO dependency (task_id, requires_id, kind, met) VALUES (?, ?, ?, ?)',
  );
  // One statement for all: most tasks have nothing that waits for them, and asking for each one took longer than ending it.
  const unmet = connection.prepare<[requiresIds: string], Omit<DependencyRow, 'met'>>(
    `SELECT task_id AS taskId, requires_id AS requiresId, kind
     FROM json_each(?) CROSS JOIN dependency INDEXED BY dependency_unmet ON requires_id = value
     WHERE met = 0 ORDER BY requires_id, task_id, kind`,
  );
  const markMet = connection.prepare<[taskId: TaskId, requiresId: TaskId, kind: DependencyKind]>(
    'UPDATE dependency SET met = 1 WHERE task_id = ? AND requires_id = ? AND kind = ? AND met = 0',
  );
  const waitLess = connection.prepare<[id: TaskId], { waitingFor: number }>(
    'UPDATE task SET waiting_for = waiting_for - 1 WHERE id = ? RETURNING waiting_for AS waitingFor',
  );
  const waitingFor = connection.prepare<[id: TaskId], { waitingFor: number }>(
    'SELECT waiting_for AS waitingFor FROM task WHERE id = ?',
  );
  const remove = connection.prepare<[taskId: TaskId, requiresId: TaskId, kind: DependencyKind]>(
    'DELETE FROM dependency WHERE task_id = ? AND requires_id = ? AND kind = ?',
  );
  const redirect = connection.prepare<[to: TaskId, taskId: TaskId, from: TaskId, kind: DependencyKind]>(
    'UPDATE OR IGNORE dependency SET requires_id = ? WHERE task_id = ? AND requires_id = ? AND kind = ?',
  );

  return {
    insert(rows: readonly DependencyRow[]): void {
      for (const { taskId, requiresId, kind, met } of rows) insert.run(taskId, requiresId, kind, met ? 1 : 0);
    },

    unmet(requiresIds: readonly TaskId[]): Omit<DependencyRow, 'met'>[] {
      return unmet.all(JSON.stringify(requiresIds));
    },

    /** Meeting a dependency again, or one that is not there, changes nothing. */
    meet(taskId: TaskId, requiresId: TaskId, kind: DependencyKind): number {
      const changed = markMet.run(taskId, requiresId, kind).changes > 0;
      const task = changed ? waitLess.get(taskId) : waitingFor.get(taskId);
      if (task === undefined) throw new Error(`there is no task ${taskId}`);
      return task.waitingFor;
    },

    move(from: TaskId, to: TaskId): void {
      for (const { taskId, kind } of unmet.all(JSON.stringify([from]))) {
        if (redirect.run(to, taskId, from, kind).changes > 0) continue;
        // It waits for `to` already: the two become one.
        remove.run(taskId, from, kind);
        waitLess.get(taskId);
      }
    },
  };
}
