import { Command } from 'commander';
import type { BatchSummary } from '#core/contract/counters.ts';
import type { Status } from '#core/task/status.ts';
import { EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import type { Column, ListView } from '../../output/output.ts';
import { setAction } from '../../session.ts';

/** A count of tasks in some statuses; the column of the first generation's list that has the same name counts the same. */
function count(
  name: string,
  statuses: readonly Status[],
  colour?: Column<BatchSummary>['colour'],
): Column<BatchSummary> {
  return {
    name,
    text: (batch) => String(sum(batch, statuses)),
    alignRight: true,
    ...(colour && { colour: (batch) => (sum(batch, statuses) > 0 ? colour(batch) : undefined) }),
  };
}

function sum(batch: BatchSummary, statuses: readonly Status[]): number {
  return statuses.reduce((total, status) => total + (batch.tasks[status] ?? 0), 0);
}

const batchList: ListView<BatchSummary> = {
  columns: [
    { name: 'batch', text: (batch) => batch.name, cutTo: 12 },
    {
      name: 'state',
      text: (batch) => (batch.paused ? 'paused' : 'going'),
      colour: (batch) => (batch.paused ? 'yellow' : undefined),
    },
    count('waiting', ['W', 'I']),
    count('pending', ['P']),
    count('accepted', ['A', 'C', 'D', 'O']),
    count('running', ['R', 'U', 'V', 'Z'], () => 'blue'),
    count('succeeded', ['S'], () => 'green'),
    count('failed', ['F'], () => 'red'),
    count('canceled', ['X']),
    { name: 'workers', text: (batch) => batch.workers.join(' '), cutTo: 8 },
    { name: 'id', text: (batch) => String(batch.id), alignRight: true, onlyLong: true },
  ],
  id: (batch) => batch.id,
  empty: 'no batch yet: the first task makes one, `scitq task create --batch NAME -- echo hello`',
};

export function batchListCommand(): Command {
  const command = new Command('list')
    .description('list batches: how many tasks are in which status, and their workers')
    .addHelpText('after', '\nExample:\n  scitq batch list\n');
  return setAction(addGlobalOptions(command), async (session) => {
    const api = await session.api();
    session.output.list(await api.batch.list.query(), batchList);
    return EXIT.done;
  });
}
