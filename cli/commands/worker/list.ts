import { Command } from 'commander';
import type { WorkerStatus, WorkerSummary } from '#core/contract/counters.ts';
import { EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import type { Colour, ListView } from '../../output/output.ts';
import { momentText } from '../../output/time-text.ts';
import { setAction } from '../../session.ts';

const workerList: ListView<WorkerSummary> = {
  columns: [
    { name: 'id', text: (worker) => String(worker.id), alignRight: true },
    { name: 'name', text: (worker) => worker.name, cutTo: 12 },
    { name: 'status', text: (worker) => worker.status, colour: (worker) => statusColour(worker.status) },
    { name: 'batch', text: (worker) => worker.batch, cutTo: 8 },
    { name: 'concurrency', text: (worker) => String(worker.concurrency), alignRight: true },
    { name: 'prefetch', text: (worker) => String(worker.prefetch), alignRight: true },
    { name: 'running', text: (worker) => String(worker.running), alignRight: true },
    { name: 'last contact', text: (worker, style) => momentText(worker.lastContactAt, style) },
    { name: 'assigned', text: (worker) => String(worker.assigned), alignRight: true, onlyLong: true },
    { name: 'accepted', text: (worker) => String(worker.accepted), alignRight: true, onlyLong: true },
    { name: 'succeeded', text: (worker) => String(worker.succeeded), alignRight: true, onlyLong: true },
    { name: 'failed', text: (worker) => String(worker.failed), alignRight: true, onlyLong: true },
    { name: 'created', text: (worker, style) => momentText(worker.createdAt, style), onlyLong: true },
  ],
  id: (worker) => worker.id,
  empty: 'no worker yet: `scitq-worker --concurrency 2` makes this machine one',
};

function statusColour(status: WorkerStatus): Colour | undefined {
  if (status === 'running') return 'green';
  if (status === 'lost' || status === 'failed' || status === 'evicted') return 'red';
  return 'yellow';
}

export function workerListCommand(): Command {
  const command = new Command('list')
    .description('list workers: the machines that run tasks')
    .addHelpText('after', '\nWith --long, also what they have done.\n\nExample:\n  scitq worker list --long\n');
  return setAction(addGlobalOptions(command), async (session) => {
    const api = await session.api();
    session.output.list(await api.worker.list.query(), workerList);
    return EXIT.done;
  });
}
