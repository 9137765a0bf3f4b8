import type { StatusCounts } from '#core/contract/counters.ts';
import { barSegments, describeCounts } from '../status/counts.ts';
import { TASK_APPEARANCE } from '../status/shapes.ts';

/** All tasks as one bar; each status takes its share and, however small, stays visible. */
export function StackedBar({ tasks, label }: { tasks: StatusCounts; label: string }) {
  const words = describeCounts(tasks);
  return (
    <div className="bar" role="img" aria-label={`${label}: ${words}`} title={words}>
      {barSegments(tasks).map(({ status, count }) => (
        <span key={status} data-status={status} data-tone={TASK_APPEARANCE[status].tone} style={{ flexGrow: count }} />
      ))}
    </div>
  );
}
