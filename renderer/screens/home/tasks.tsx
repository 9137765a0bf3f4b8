import { memo } from 'react';
import type { StatusCounts } from '#core/contract/counters.ts';
import type { Status } from '#core/task/status.ts';
import { STATUS_WORDS } from '#core/task/status.ts';
import { Count } from '../../components/count.tsx';
import { StackedBar } from '../../components/stacked-bar.tsx';
import { StatusWord } from '../../components/status-word.tsx';
import { endedPercent, FAMILIES, formatCount, sumOf, totalOf } from '../../status/counts.ts';
import { TASK_APPEARANCE } from '../../status/shapes.ts';

/** How many tasks are in each of the fourteen statuses, over the whole server. */
export const Tasks = memo(function Tasks({ tasks }: { tasks: StatusCounts }) {
  const total = totalOf(tasks);
  const ended = endedPercent(tasks);
  return (
    <section className="tasks" aria-labelledby="tasks-title">
      <div className="overview">
        <h2 id="tasks-title">Tasks</h2>
        <p className="total figures">{formatCount(total)}</p>
        <StackedBar tasks={tasks} label="All tasks" />
        <p className="ends">
          <span>{ended === undefined ? 'none queued yet' : `${ended} % ended`}</span>
          {total > 0 && <span>{formatCount(total - sumOf(tasks, FAMILIES.ended))} to go</span>}
        </p>
      </div>
      <Family title="Queued" statuses={FAMILIES.queued} tasks={tasks} />
      <Family title="On a worker" statuses={FAMILIES.open} tasks={tasks} />
      <Family title="Ended" statuses={FAMILIES.ended} tasks={tasks} />
    </section>
  );
});

function Family(props: { title: string; statuses: readonly Status[]; tasks: StatusCounts }) {
  const { title, statuses, tasks } = props;
  return (
    <div className="family" data-size={statuses.length}>
      <h3>
        {title} <Count value={sumOf(tasks, statuses)} />
      </h3>
      <dl>
        {statuses.map((status) => (
          <div key={status} className={tasks[status] === 0 ? 'none' : undefined}>
            <dt>
              <StatusWord appearance={TASK_APPEARANCE[status]} word={STATUS_WORDS[status]} />
            </dt>
            <dd>
              <Count value={tasks[status]} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
