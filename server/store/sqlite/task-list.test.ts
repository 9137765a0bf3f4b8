import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchId, TaskId, WorkerId } from '#core/contract/ids.ts';
import { STATUSES } from '#core/task/status.ts';
import { openWriter } from './connection.ts';
import { findMigrations, migrate } from './migrate.ts';
import type { TaskFilter } from './task-list.ts';
import { listStatement } from './task-list.ts';
import { withFolder } from './test-folder.ts';

const page = { limit: 20, offset: 0 };
const batchId = BatchId.parse(1);
const workerId = WorkerId.parse(1);

/** What SQLite does for a list, line by line, as EXPLAIN QUERY PLAN tells it. */
async function plansOf(filters: readonly TaskFilter[]): Promise<string[][]> {
  await using folder = await withFolder();
  const connection = openWriter(folder.file);
  try {
    migrate(connection, findMigrations());
    return filters.map((filter) => {
      const { sql, bindings } = listStatement(filter);
      return connection
        .prepare<[typeof bindings], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
        .all(bindings)
        .map(({ detail }) => detail)
        .filter((detail) => /SCAN|SEARCH|TEMP/.test(detail));
    });
  } finally {
    connection.close();
  }
}

test.each<[what: string, filter: Partial<TaskFilter>, plan: string[]]>([
  ['nothing', {}, Array(14).fill('task_by_status (status=? AND hidden=?)')],
  ['statuses', { status: ['P', 'R'] }, Array(2).fill('task_by_status (status=? AND hidden=?)')],
  [
    'statuses and hidden ones',
    { status: ['F'], showHidden: true },
    Array(2).fill('task_by_status (status=? AND hidden=?)'),
  ],
  ['a batch', { batchId }, Array(14).fill('task_by_batch (batch_id=? AND status=? AND hidden=?)')],
  [
    'a batch and a status, from an id on',
    { batchId, status: ['S'], before: TaskId.parse(9) },
    ['task_by_batch (batch_id=? AND status=? AND hidden=? AND rowid<?)'],
  ],
  ['a worker', { workerId, status: ['S', 'F'] }, ['task_by_worker (worker_id=? AND hidden=?)']],
  ['a failure', { failure: 'oom' }, ['task_by_failure (failure=? AND hidden=?)']],
  ['a name', { name: 'n', batchId }, ['task_by_name (name=?)']],
])('filtered by %s, a list follows an index', async (_, filter, expected) => {
  const [plan = []] = await plansOf([{ ...page, ...filter }]);
  expect(plan.map((line) => line.replace(/^SEARCH task USING (COVERING )?INDEX /, ''))).toEqual(expected);
});

test('filtered by part of a command alone, a list walks the tasks from the newest down', async () => {
  const plans = await plansOf([
    { ...page, command: 'gzip' },
    { ...page, command: 'gzip', before: TaskId.parse(9) },
  ]);
  expect(plans).toEqual([['SCAN task'], ['SEARCH task USING INTEGER PRIMARY KEY (rowid<?)']]);
});

test('no combination of filters sorts, or scans where an index serves', async () => {
  const filters = fc.sample(
    fc.record<TaskFilter>(
      {
        status: fc.subarray([...STATUSES]),
        batchId: fc.constant(batchId),
        workerId: fc.constant(workerId),
        name: fc.constant('n'),
        command: fc.constant('c'),
        failure: fc.constant('oom'),
        showHidden: fc.boolean(),
        before: fc.constant(TaskId.parse(9)),
        limit: fc.constant(20),
        offset: fc.constant(3),
      },
      { requiredKeys: ['limit', 'offset'] },
    ),
    200,
  );
  const plans = await plansOf(filters);
  for (const [index, plan] of plans.entries()) {
    const { command, showHidden } = filters[index] ?? {};
    expect(plan.join('\n')).not.toContain('TEMP');
    if (command === undefined && showHidden !== true) expect(plan.join('\n')).not.toContain('SCAN');
  }
});
