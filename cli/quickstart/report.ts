import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskDetail } from '#core/contract/task.ts';
import { offsetOfTail, readLog } from '../commands/task/log-reader.ts';
import { failureText } from '../commands/task/task-columns.ts';
import type { WatchedTasks } from '../commands/task/wait-for-tasks.ts';
import { EXIT } from '../errors.ts';
import type { Column, Section } from '../output/output.ts';
import type { Api, Session } from '../session.ts';
import { FLAKY_TASK, RESULT_FILES, TRUNCATED_TASK } from './batch.ts';
import type { CommandsToPaste } from './commands-to-paste.ts';
import type { QuickstartFolders } from './folders.ts';

interface FailedTask {
  task: TaskDetail;
  /** The last lines of what it printed to standard error. */
  printed: string[];
}

/** How the batch went. */
export interface Outcome {
  end: WatchedTasks;
  /** The file of the table, and the table: a header and a row for each sample. */
  summaryFile: string;
  summary: { header: string[]; rows: string[][] };
  failed: FailedTask[];
  /** The task that needed its retries, as it ended. */
  flaky: TaskDetail | undefined;
  /** What is wrong with it, unless one task has failed, the one that should, and every other sample is in the table. */
  flaw: string | undefined;
}

export type Ending = { kind: 'kept'; address: string; pid: number } | { kind: 'stopped'; concurrency: number };

const PRINTED_LINES = 3;

export async function readOutcome(api: Api, folders: QuickstartFolders, end: WatchedTasks): Promise<Outcome> {
  const summaryFile = join(folders.results, RESULT_FILES.summary);
  const summary = await readTable(summaryFile);
  const failed = await Promise.all(end.failed.map((id) => readFailed(api, id)));
  const { tasks } = await api.task.list.query({ name: FLAKY_TASK, limit: 1 });
  const flaky = tasks[0] === undefined ? undefined : await api.task.show.query({ id: tasks[0].id });
  const flaw = flawOf(end, failed, summary.rows.length, folders.sound.length);
  return { end, summaryFile, summary, failed, flaky, flaw };
}

function flawOf(end: WatchedTasks, failed: readonly FailedTask[], rows: number, samples: number): string | undefined {
  const others = end.total - end.counts.S - failed.filter(({ task }) => task.name === TRUNCATED_TASK).length;
  if (others > 0) return `${others} of its tasks failed that should not have`;
  if (end.counts.F === 0) return 'the task of the truncated file should have failed, and did not';
  return rows === samples ? undefined : `its table has ${rows} rows, and there are ${samples} samples`;
}

async function readFailed(api: Api, id: WatchedTasks['failed'][number]): Promise<FailedTask> {
  const task = await api.task.show.query({ id });
  const at = { id, stream: 'stderr' } as const;
  const pieces: Buffer[] = [];
  for await (const { data } of readLog(api, at, await offsetOfTail(api, at, PRINTED_LINES))) pieces.push(data);
  const lines = Buffer.concat(pieces).toString().split('\n');
  return { task, printed: lines.filter((line) => line.trim() !== '') };
}

async function readTable(file: string): Promise<Outcome['summary']> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const [header = [], ...rows] = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return { header, rows };
}

/** Prints the table, what failed and why, and where to go next. Returns the exit code for it. */
export function reportRun(session: Session, outcome: Outcome, ending: Ending, paste: CommandsToPaste): number {
  print(session, outcome, ending, paste);
  if (outcome.flaw === undefined) return EXIT.done;
  session.output.note(`This is not how the quick start should end: ${outcome.flaw}.`);
  return EXIT.refused;
}

function print(session: Session, outcome: Outcome, ending: Ending, paste: CommandsToPaste): void {
  const { output } = session;
  if (session.options.mode !== 'table') {
    output.result({ sentence: '', value: jsonOf(outcome, ending), ids: outcome.failed.map(({ task }) => task.id) });
    return;
  }
  output.list(outcome.summary.rows, {
    columns: outcome.summary.header.map(columnOf),
    id: (row) => row[0] ?? '',
    empty: 'the last task has left no table',
  });
  output.detail(outcome, {
    id: () => outcome.end.total,
    sections: () => [
      wentHow(outcome, paste),
      ...outcome.failed.map((failed) => whyFailed(failed, ending, paste)),
      whereNext(outcome, ending, paste),
    ],
  });
}

function columnOf(name: string, index: number): Column<string[]> {
  return { name, text: (row) => row[index] ?? '', alignRight: index > 0 };
}

function wentHow(outcome: Outcome, paste: CommandsToPaste): Section {
  const { end, flaky, summaryFile } = outcome;
  const tasks = `\n${end.counts.S} of ${end.total} tasks succeeded; the table is ${paste.path(summaryFile)}.`;
  if (flaky === undefined || flaky.attempt < 2) return { lines: [tasks] };
  const tries = `${flaky.name} failed ${flaky.attempt - 1} times, as flaky downloads do, and was retried by itself (now task ${flaky.id}).`;
  return { lines: [tasks, tries] };
}

function whyFailed({ task, printed }: FailedTask, ending: Ending, paste: CommandsToPaste): Section {
  const intended = task.name === TRUNCATED_TASK;
  return {
    heading: `Task ${task.id}, ${task.name ?? task.command}, failed${intended ? ', as it was meant to: its file was cut short' : ''}`,
    lines: [
      { label: 'failure', text: failureText(task), colour: 'red' },
      { label: 'reason', text: task.message ?? 'not known' },
      ...(printed.length > 0 ? [{ label: 'printed', text: printed.join('\n') }] : []),
      {
        label: 'its log',
        text: `${paste.scitq('task', 'output', String(task.id))}${ending.kind === 'stopped' ? '   (once the server runs again, see below)' : ''}`,
      },
    ],
  };
}

function whereNext(outcome: Outcome, ending: Ending, paste: CommandsToPaste): Section {
  const [failed] = outcome.failed;
  const commands = [
    { label: 'all tasks', text: paste.scitq('task', 'list', '--limit', '30') },
    ...(failed === undefined
      ? []
      : [{ label: 'why one failed', text: paste.scitq('task', 'show', String(failed.task.id)) }]),
    { label: 'queue your own', text: paste.scitq('task', 'create', '--', 'echo', 'hello') },
  ];
  if (ending.kind === 'kept') {
    const { address, pid } = ending;
    return {
      heading: `The server is still running at ${address}`,
      lines: [...commands, { label: 'stop it', text: `kill ${pid}` }],
    };
  }
  return {
    heading: 'The server was stopped. Start it again with what it knows, then, in another terminal, look around',
    lines: [{ label: 'start it', text: paste.server(ending.concurrency) }, ...commands],
  };
}

function jsonOf(outcome: Outcome, ending: Ending): unknown {
  const { end, summary, summaryFile, failed, flaw } = outcome;
  return {
    asIntended: flaw === undefined,
    flaw,
    tasks: end,
    summaryFile,
    summary: summary.rows.map((row) => Object.fromEntries(summary.header.map((name, index) => [name, row[index]]))),
    failed: failed.map(({ task, printed }) => ({ ...task, printed })),
    server: ending.kind === 'kept' ? { address: ending.address, pid: ending.pid } : null,
  };
}
