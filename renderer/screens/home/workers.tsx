import { memo } from 'react';
import type { WorkerSummary } from '#core/contract/counters.ts';
import { FigureCell, FigureHead } from '../../components/figures.tsx';
import { NothingYet } from '../../components/nothing-yet.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { TASK_APPEARANCE, WORKER_APPEARANCE } from '../../status/shapes.ts';

/** The counters of a worker, each under the status of the tasks that it counts. */
const COUNTERS = [
  { field: 'assigned', status: 'A' },
  { field: 'accepted', status: 'C' },
  { field: 'running', status: 'R' },
  { field: 'succeeded', status: 'S' },
  { field: 'failed', status: 'F' },
] as const;

/** One row a worker: is it there, how much may it do at once, how much has it done. */
export const Workers = memo(function Workers({ workers }: { workers: readonly WorkerSummary[] }) {
  return (
    <section aria-labelledby="workers-title">
      <h2 id="workers-title">Workers</h2>
      {workers.length === 0 ? (
        <NothingYet
          why="No worker is connected, so queued tasks wait."
          next="Make this computer one, from a terminal; it takes the tasks of the Default batch:"
          command="scitq-worker"
        />
      ) : (
        <WideTable labelledBy="workers-title">
          <thead>
            <tr>
              <th scope="col">worker</th>
              <th scope="col">status</th>
              <th scope="col">batch</th>
              <FigureHead>concurrency</FigureHead>
              <FigureHead>prefetch</FigureHead>
              {COUNTERS.map(({ field, status }) => (
                <FigureHead key={field}>
                  <StatusWord appearance={TASK_APPEARANCE[status]} word={field} />
                </FigureHead>
              ))}
            </tr>
          </thead>
          <tbody>
            {workers.map((worker) => (
              <WorkerRow key={worker.id} worker={worker} />
            ))}
          </tbody>
        </WideTable>
      )}
    </section>
  );
});

const WorkerRow = memo(function WorkerRow({ worker }: { worker: WorkerSummary }) {
  return (
    <tr>
      <th scope="row">{worker.name}</th>
      <td>
        <StatusWord appearance={WORKER_APPEARANCE[worker.status]} word={worker.status} />
      </td>
      <td>{worker.batch}</td>
      <FigureCell value={worker.concurrency} />
      <FigureCell value={worker.prefetch} />
      {COUNTERS.map(({ field }) => (
        <FigureCell key={field} value={worker[field]} />
      ))}
    </tr>
  );
});
