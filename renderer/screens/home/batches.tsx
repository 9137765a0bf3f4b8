import { memo } from 'react';
import type { BatchSummary } from '#core/contract/counters.ts';
import { ENDED, STATUS_WORDS } from '#core/task/status.ts';
import { FigureCell, FigureHead } from '../../components/figures.tsx';
import { NothingYet } from '../../components/nothing-yet.tsx';
import { StackedBar } from '../../components/stacked-bar.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { WideTable } from '../../components/wide-table.tsx';
import { endedPercent, FAMILIES, sumOf, totalOf } from '../../status/counts.ts';
import { TASK_APPEARANCE } from '../../status/shapes.ts';

/** One row a batch: how far it is, what became of its tasks, who works on it. */
export const Batches = memo(function Batches({ batches }: { batches: readonly BatchSummary[] }) {
  return (
    <section aria-labelledby="batches-title">
      <h2 id="batches-title">Batches</h2>
      {batches.every(({ tasks }) => totalOf(tasks) === 0) ? (
        <NothingYet
          why="No task is queued on this server yet."
          next="Queue the first one from a terminal on this computer; it appears here at once:"
          command="scitq task create -- echo hello"
        />
      ) : (
        <WideTable labelledBy="batches-title">
          <thead>
            <tr>
              <th scope="col">batch</th>
              <th scope="col" className="wide">
                progress
              </th>
              <FigureHead>ended</FigureHead>
              <FigureHead>queued</FigureHead>
              <FigureHead>on a worker</FigureHead>
              {ENDED.map((status) => (
                <FigureHead key={status}>
                  <StatusWord appearance={TASK_APPEARANCE[status]} word={STATUS_WORDS[status]} />
                </FigureHead>
              ))}
              <FigureHead>tasks</FigureHead>
              <th scope="col">workers</th>
            </tr>
          </thead>
          <tbody>
            {batches.map((batch) => (
              <BatchRow key={batch.id} batch={batch} />
            ))}
          </tbody>
        </WideTable>
      )}
    </section>
  );
});

const BatchRow = memo(function BatchRow({ batch }: { batch: BatchSummary }) {
  const { name, paused, tasks, workers } = batch;
  const ended = endedPercent(tasks);
  return (
    <tr>
      <th scope="row">
        {name}
        {paused && <StatusWord appearance={TASK_APPEARANCE.Z} word="paused" />}
      </th>
      <td className="wide">
        <StackedBar tasks={tasks} label={name} />
      </td>
      <td className="number">{ended === undefined ? '' : `${ended} %`}</td>
      <FigureCell value={sumOf(tasks, FAMILIES.queued)} />
      <FigureCell value={sumOf(tasks, FAMILIES.open)} />
      {ENDED.map((status) => (
        <FigureCell key={status} value={tasks[status]} />
      ))}
      <FigureCell value={totalOf(tasks)} />
      <td className="names" title={workers.join(', ')}>
        {workers.length > 1 && <span className="figures">{workers.length} </span>}
        {workers.length === 0 ? <span className="quiet">none</span> : workers.join(', ')}
      </td>
    </tr>
  );
});
