import { Command } from 'commander';
import type { FailureClass } from '#core/task/failure.ts';
import { FAILURE_CLASSES } from '#core/task/failure.ts';
import type { Status } from '#core/task/status.ts';
import { parseStatuses, STATUS_WORDS, STATUSES } from '#core/task/status.ts';
import { EXIT, usageError } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import { collectCommas, wholeNumber } from '../../option-values.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import { taskList } from './task-columns.ts';

interface ListOptions {
  limit: number;
  offset: number;
  status?: string[];
  batch?: string;
  workerId?: number;
  name?: string;
  command?: string;
  failure?: string;
  showHidden?: true;
}

export function taskListCommand(): Command {
  const command = new Command('list')
    .description('list tasks, newest first')
    .option('--limit <n>', 'how many', wholeNumber(1, 1_000), 20)
    .option('--offset <n>', 'skip so many first', wholeNumber(0, 100_000_000), 0)
    .option('--status <statuses>', 'only these, by letter or word: P,R or pending,running', collectCommas)
    .option('--batch <name>', 'only of this batch')
    .option('--worker-id <id>', 'only what this worker has or had', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--name <name>', 'only with this name')
    .option('--command <text>', 'only with this in their command; % stands for anything')
    .option('--failure <class>', `only failed in this way: ${FAILURE_CLASSES.join(', ')}`)
    .option('--show-hidden', 'also attempts that were retried')
    .addHelpText(
      'after',
      `\nStatuses:\n${statusTable()}\n\nExample:\n  scitq task list --status R,F --batch assembly\n`,
    );
  return setAction<ListOptions>(addGlobalOptions(command), listTasks);
}

async function listTasks(session: Session, options: ListOptions): Promise<number> {
  const { limit, offset, batch, workerId, name, command, showHidden } = options;
  const status = options.status === undefined ? undefined : statusesOf(options.status);
  const failure = options.failure === undefined ? undefined : failureOf(options.failure);
  const api = await session.api();
  const page = await api.task.list.query({
    limit,
    offset,
    batch,
    workerId,
    name,
    command,
    showHidden,
    status,
    failure,
  });
  session.output.list(page.tasks, { ...taskList, empty: whyEmpty(options) });
  if (page.more) session.output.note(`there are more: --offset ${offset + limit} shows the next, --limit more at once`);
  return EXIT.done;
}

function whyEmpty({ limit, offset, ...filters }: ListOptions): string {
  if (offset > 0) return `no task beyond the first ${offset}`;
  if (Object.keys(filters).length > 0) return 'no such task (--show-hidden also lists attempts that were retried)';
  return 'no task yet: `scitq task create -- echo hello` queues one';
}

function statusesOf(words: readonly string[]): Status[] {
  const parsed = parseStatuses(words.join(','));
  if (parsed.ok) return parsed.statuses;
  const known = STATUSES.map((status) => `${status} ${STATUS_WORDS[status]}`).join(', ');
  throw usageError(`there is no status '${parsed.unknown}'`, `The statuses are ${known}`);
}

function failureOf(text: string): FailureClass {
  const found = FAILURE_CLASSES.find((failure) => failure === text.toLowerCase());
  if (found !== undefined) return found;
  throw usageError(`there is no failure '${text}'`, `Tasks fail by ${FAILURE_CLASSES.join(', ')}`);
}

function statusTable(): string {
  const half = Math.ceil(STATUSES.length / 2);
  const cell = (status: Status | undefined) => (status === undefined ? '' : `${status} ${STATUS_WORDS[status]}`);
  return STATUSES.slice(0, half)
    .map((status, index) => `  ${cell(status).padEnd(22)}${cell(STATUSES[half + index])}`)
    .join('\n');
}
