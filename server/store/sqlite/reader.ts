import type { Reader } from '../store.ts';
import { makeBatches } from './batches.ts';
import type { Connection } from './connection.ts';
import { makeExecutions } from './executions.ts';
import { explainFailure } from './failure.ts';
import type { PendingTask } from './start-up.ts';
import { makeStartUp } from './start-up.ts';
import { makeTaskList } from './task-list.ts';
import { makeTaskSelection } from './task-selection.ts';
import { makeTaskView } from './task-view.ts';
import { makeTasks } from './tasks.ts';
import { makeTokens } from './tokens.ts';
import { makeWorkers } from './workers.ts';

/** Reads on a connection of its own, so that it sees committed data only; each call sees one moment. */
export function makeReader(connection: Connection): Reader {
  const batches = makeBatches(connection);
  const executions = makeExecutions(connection);
  const list = makeTaskList(connection);
  const select = makeTaskSelection(connection, list);
  const startUp = makeStartUp(connection);
  const tasks = makeTasks(connection);
  const tokens = makeTokens(connection);
  const view = makeTaskView(connection);
  const workers = makeWorkers(connection);

  const begin = connection.prepare('BEGIN');
  const end = connection.prepare('COMMIT');
  const inSnapshot = async <T>(ask: () => T): Promise<T> => {
    try {
      begin.run();
      try {
        return ask();
      } finally {
        end.run();
      }
    } catch (error) {
      throw explainFailure(error, connection.name);
    }
  };

  return {
    listTasks: ({ batch: name, ...filter }) =>
      inSnapshot(() => {
        const batch = name === undefined ? undefined : batches.byName(name);
        if (name !== undefined && batch === undefined) return { tasks: [], more: false };
        const ids = list({ ...filter, batchId: batch?.id, limit: filter.limit + 1 });
        return { tasks: view.summaries(ids.slice(0, filter.limit)), more: ids.length > filter.limit };
      }),
    taskDetail: (id) => inSnapshot(() => view.detail(id)),
    selectTasks: ({ batch: name, ...selection }) =>
      inSnapshot(() => {
        const batch = name === undefined ? undefined : batches.byName(name);
        if (name !== undefined && batch === undefined) {
          return { ids: [], missing: [...new Set(selection.ids?.map(String)), ...new Set(selection.names)] };
        }
        return select({ ...selection, batchId: batch?.id });
      }),
    taskOutcomes: (ids) =>
      inSnapshot(() => tasks.states(ids).map(({ id, status }) => ({ id, status, clone: tasks.cloneOf(id) }))),
    execution: (taskId, attempt) => inSnapshot(() => view.execution(taskId, attempt)),
    openOrders: (workerId) => inSnapshot(() => executions.openOrders(workerId)),

    batches: () => inSnapshot(() => batches.all()),
    workers: () => inSnapshot(() => workers.all()),
    token: (hash) => inSnapshot(() => tokens.byHash(hash)),

    taskCounts: () => inSnapshot(startUp.taskCounts),
    async *pendingTasks() {
      let page: readonly PendingTask[] = await inSnapshot(() => startUp.pendingAfter(0));
      for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
        yield page;
        const { id } = last;
        page = await inSnapshot(() => startUp.pendingAfter(id));
      }
    },
    allOpenExecutions: () => inSnapshot(startUp.openExecutions),
    executionCounts: () => inSnapshot(startUp.executionCounts),
    size: () => inSnapshot(startUp.size),
  };
}
