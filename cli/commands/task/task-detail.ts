import type { ExecutionSummary, TaskDetail, TaskSettings } from '#core/contract/task.ts';
import { isEnded } from '#core/task/status.ts';
import type { CellStyle, Colour, DetailView, Section } from '../../output/output.ts';
import { statusColour, statusText } from '../../output/task-status.ts';
import { durationText, isoText, momentText } from '../../output/time-text.ts';
import { attemptText, failureText } from './task-columns.ts';

type Line = Section['lines'][number];

export const taskDetail: DetailView<TaskDetail> = {
  id: (task) => task.id,
  sections: (task, style) => [
    { lines: aboutTask(task, style) },
    { heading: 'Waits for', lines: task.dependency.map(dependencyText) },
    { heading: 'Settings', lines: settingLines(task.settings) },
    { heading: 'Attempts', lines: task.executions.map((execution) => attemptLine(execution, task, style)) },
    { heading: 'Next', lines: nextSteps(task) },
  ],
};

function aboutTask(task: TaskDetail, style: CellStyle): Line[] {
  return [
    { label: 'task', text: `${task.id}` },
    ...optional('name', task.name),
    { label: 'status', text: statusLine(task, style), colour: statusColour(task.status) },
    ...optional('failure', failureText(task), 'red'),
    ...optional('reason', task.message, 'red'),
    { label: 'command', text: task.command },
    { label: 'batch', text: task.batch },
    ...optional('worker', task.worker),
    ...optional('attempt', attemptText(task)),
    { label: 'retries left', text: String(task.retry) },
    { label: 'priority', text: String(task.priority) },
    { label: 'created', text: both(task.createdAt, style) },
    ...optional('retry of', task.previousTaskId === undefined ? undefined : `task ${task.previousTaskId}`),
    ...optional('hidden', task.hidden ? 'yes: it was retried as a new task' : undefined),
  ];
}

function statusLine(task: TaskDetail, style: CellStyle): string {
  const since = style.relativeTimes ? momentText(task.statusAt, style) : `since ${isoText(task.statusAt)}`;
  return `${statusText(task.status)}, ${since}`;
}

/** Exact, and on a terminal how long ago as well. */
function both(at: number, style: CellStyle): string {
  return style.relativeTimes ? `${isoText(at)} (${momentText(at, style)})` : isoText(at);
}

function optional(label: string, text: string | undefined, colour?: Colour): Line[] {
  return text === undefined || text === '' ? [] : [{ label, text, colour }];
}

function dependencyText({ taskId, kind, met }: TaskDetail['dependency'][number]): string {
  const wanted = kind === 'success' ? 'to succeed' : 'to end';
  return `task ${taskId} ${wanted}${met ? ', which it has' : ''}`;
}

function settingLines(settings: TaskSettings): Line[] {
  const spans = [
    ['download timeout', settings.downloadTimeout],
    ['run timeout', settings.runTimeout],
    ['upload timeout', settings.uploadTimeout],
  ] as const;
  return [
    ...optional('container', settings.container),
    ...optional('container options', settings.containerOptions),
    ...optional('input', settings.input?.join('\n')),
    ...optional('resource', settings.resource?.join('\n')),
    ...optional('output', settings.output),
    ...optional(
      'environment',
      Object.entries(settings.env ?? {})
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    ),
    ...spans.flatMap(([label, span]) => optional(label, span === undefined ? undefined : durationText(span * 1_000))),
    ...optional('uid', settings.uid?.toString()),
    ...optional('gid', settings.gid?.toString()),
  ];
}

function attemptLine(execution: ExecutionSummary, task: TaskDetail, style: CellStyle): Line {
  const { outcome, startedAt, endedAt, createdAt, worker, message } = execution;
  const ran = startedAt === undefined ? undefined : durationText((endedAt ?? style.now) - startedAt);
  const parts = [
    outcome === 'open' ? (startedAt === undefined ? 'preparing' : 'running') : outcome,
    `on ${worker}`,
    momentText(startedAt ?? createdAt, style),
    ...(ran === undefined ? [] : [outcome === 'open' ? `for ${ran}` : `took ${ran}`]),
    ...(execution.failure === undefined ? [] : [failureText(execution)]),
  ];
  // The last one's message is the task's own, which stands above.
  const why = message === undefined || message === task.message ? '' : `\n${message}`;
  return { label: String(execution.attempt), text: `${parts.join(', ')}${why}`, colour: outcomeColour(outcome) };
}

function outcomeColour(outcome: ExecutionSummary['outcome']): Colour | undefined {
  if (outcome === 'succeeded') return 'green';
  if (outcome === 'failed' || outcome === 'lost') return 'red';
  return undefined;
}

function nextSteps(task: TaskDetail): Line[] {
  const output: Line = { label: `scitq task output ${task.id}`, text: 'what it printed' };
  if (task.status === 'F' && !task.hidden) {
    return [output, { label: `scitq task retry ${task.id}`, text: 'run it again' }];
  }
  if (task.status === 'X') return [{ label: `scitq task retry ${task.id}`, text: 'queue it again' }];
  if (isEnded(task.status)) return [output];
  const unmet = task.dependency.find((dependency) => !dependency.met);
  if (task.status === 'W' && unmet !== undefined) {
    return [{ label: `scitq task show ${unmet.taskId}`, text: 'what it waits for' }];
  }
  if (task.status === 'P') return [{ label: 'scitq worker list', text: 'who could run it' }];
  return [
    { label: `scitq task output ${task.id} --follow`, text: 'what it prints' },
    { label: `scitq task cancel ${task.id}`, text: 'stop it' },
  ];
}
