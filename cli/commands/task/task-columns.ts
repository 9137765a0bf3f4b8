import type { TaskSummary } from '#core/contract/task.ts';
import { isEnded } from '#core/task/status.ts';
import type { CellStyle, Column, ListView } from '../../output/output.ts';
import { statusColour, statusText } from '../../output/task-status.ts';
import { durationText, momentText } from '../../output/time-text.ts';

const columns: readonly Column<TaskSummary>[] = [
  { name: 'id', text: (task) => String(task.id), alignRight: true },
  { name: 'status', text: (task) => statusText(task.status), colour: (task) => statusColour(task.status) },
  { name: 'name', text: (task) => task.name ?? '', cutTo: 10 },
  { name: 'command', text: (task) => task.command, cutTo: 12 },
  { name: 'batch', text: (task) => task.batch, cutTo: 8 },
  { name: 'worker', text: (task) => task.worker ?? '', cutTo: 8 },
  { name: 'attempt', text: attemptText, alignRight: true },
  { name: 'created', text: (task, style) => momentText(task.createdAt, style) },
  { name: 'took', text: tookText, alignRight: true },
  { name: 'failure', text: failureText, cutTo: 10, colour: () => 'red' },
  { name: 'priority', text: (task) => String(task.priority), alignRight: true, onlyLong: true },
  { name: 'hidden', text: (task) => (task.hidden ? 'yes' : ''), onlyLong: true },
  { name: 'started', text: (task, style) => optionalMoment(task.startedAt, style), onlyLong: true },
  { name: 'changed', text: (task, style) => momentText(task.statusAt, style), onlyLong: true },
  { name: 'message', text: (task) => task.message ?? '', cutTo: 20, onlyLong: true },
];

export const taskList: ListView<TaskSummary> = {
  columns,
  id: (task) => task.id,
  empty: 'no task to list',
};

/** `2 of 3`: this attempt, and how many there can be with the retries that are left. */
export function attemptText(task: Pick<TaskSummary, 'attempt' | 'retry'>): string {
  if (task.attempt === 0) return '';
  return task.retry === 0 ? String(task.attempt) : `${task.attempt} of ${task.attempt + task.retry}`;
}

/** How long the command ran, or has been running. */
function tookText(task: TaskSummary, style: CellStyle): string {
  if (task.startedAt === undefined) return '';
  return durationText((isEnded(task.status) ? task.statusAt : style.now) - task.startedAt);
}

/** `command, exit 1`: the class that `--failure` takes, and the exit code where there was one. */
export function failureText(task: Pick<TaskSummary, 'failure' | 'exitCode'>): string {
  if (task.failure === undefined) return '';
  return task.exitCode === undefined || task.exitCode === 0 ? task.failure : `${task.failure}, exit ${task.exitCode}`;
}

function optionalMoment(at: number | undefined, style: CellStyle): string {
  return at === undefined ? '' : momentText(at, style);
}
