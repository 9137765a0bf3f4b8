import type { Statement } from 'better-sqlite3';
import type { TaskListQuery } from '#core/contract/task.ts';
import type { BatchId, TaskId } from '#core/task/ids.ts';
import { STATUSES } from '#core/task/status.ts';
import type { Connection } from './connection.ts';

/** A query whose batch has been looked up. */
export type TaskFilter = Omit<TaskListQuery, 'batch'> & { batchId?: BatchId | undefined };

export interface ListStatement {
  sql: string;
  bindings: Record<string, string | number>;
}

/** One stretch of one index, in which tasks lie by id, and what must be true of a task in it. */
interface Run {
  index: string;
  where: string;
}

type IdStatement = Statement<[ListStatement['bindings']], { id: TaskId }>;

/** Statements for so many combinations of filters are kept; people use few. */
const MAX_PREPARED = 32;

/** The ids that fit, newest first. */
export function makeTaskList(connection: Connection) {
  const prepared = new Map<string, IdStatement>();
  const prepare = (sql: string): IdStatement => {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= MAX_PREPARED) prepared.clear();
    const statement: IdStatement = connection.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
  return (filter: TaskFilter): TaskId[] => {
    const { sql, bindings } = listStatement(filter);
    return prepare(sql)
      .all(bindings)
      .map(({ id }) => id);
  };
}

/**
 * The statement for a list. Whatever the filters, it walks one or several runs of an index from the newest task down,
 * merging them lazily, and stops when the page is full: a page costs the same among a thousand tasks and among a
 * million. The exceptions are stated: `offset` walks over what it skips, and a filter that no index serves (part of a
 * command) looks at tasks until enough fit.
 */
export function listStatement(filter: TaskFilter): ListStatement {
  const bindings: ListStatement['bindings'] = { limit: filter.limit, offset: filter.offset };
  const conditions: string[] = [];
  const require = (condition: string, name: string, value: string | number | undefined) => {
    if (value === undefined) return;
    conditions.push(` AND ${condition}`);
    bindings[name] = value;
  };
  require('id < @before', 'before', filter.before);
  require('batch_id = @batch', 'batch', filter.batchId);
  require('worker_id = @worker', 'worker', filter.workerId);
  require('name = @name', 'name', filter.name);
  require('failure = @failure', 'failure', filter.failure);
  require("command LIKE @command ESCAPE '\\'", 'command', filter.command === undefined
    ? undefined
    : likePattern(filter.command));

  const parts = runsOf(filter).map(
    ({ index, where }) => `SELECT id FROM task ${index} WHERE ${where}${conditions.join('')}`,
  );
  return { sql: `${parts.join('\nUNION ALL ')}\nORDER BY id DESC LIMIT @limit OFFSET @offset`, bindings };
}

/** The runs of the index that narrows most. */
function runsOf(filter: TaskFilter): Run[] {
  const asked = STATUSES.filter((status) => filter.status?.includes(status));
  const ofStatus = asked.length > 0 ? `status IN (${asked.map((status) => `'${status}'`).join(', ')})` : 'TRUE';
  const visible = filter.showHidden ? 'TRUE' : 'hidden = 0';

  if (filter.name !== undefined) return [{ index: 'INDEXED BY task_by_name', where: `${ofStatus} AND ${visible}` }];
  if (filter.workerId !== undefined) return splitByHidden(filter, 'INDEXED BY task_by_worker', [ofStatus]);
  if (filter.failure !== undefined) return splitByHidden(filter, 'INDEXED BY task_by_failure', [ofStatus]);

  const byStatus = (asked.length > 0 ? asked : STATUSES).map((status) => `status = '${status}'`);
  if (filter.batchId !== undefined) return splitByHidden(filter, 'INDEXED BY task_by_batch', byStatus);
  const looksAtEach = filter.showHidden === true || filter.command !== undefined;
  if (asked.length === 0 && looksAtEach) return [{ index: 'NOT INDEXED', where: visible }];
  return splitByHidden(filter, 'INDEXED BY task_by_status', byStatus);
}

/** These indexes end in `hidden`: the tasks that are hidden are a run of their own. */
function splitByHidden(filter: TaskFilter, index: string, wheres: readonly string[]): Run[] {
  const flags = filter.showHidden ? [0, 1] : [0];
  return wheres.flatMap((where) => flags.map((flag) => ({ index, where: `${where} AND hidden = ${flag}` })));
}

/** A substring in which `%` stands for anything and every other character for itself. */
function likePattern(text: string): string {
  return `%${text.replaceAll(/[\\_]/g, '\\$&')}%`;
}
