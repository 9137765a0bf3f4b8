import { Command } from 'commander';
import { EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import type { SelectorOptions } from './selected-tasks.ts';
import { addSelector, readSelectors, selectTasks } from './selected-tasks.ts';
import { taskDetail } from './task-detail.ts';

export function taskShowCommand(): Command {
  const command = addSelector(
    new Command('show').description('everything about a task: what it runs, its attempts, why it failed'),
  ).addHelpText(
    'after',
    '\nWith --json, one object for each task.\n\nExamples:\n  scitq task show 12\n  scitq task show last\n',
  );
  return setAction<SelectorOptions>(addGlobalOptions(command), showTasks);
}

async function showTasks(session: Session, options: SelectorOptions, operands: string[]): Promise<number> {
  const ids = await selectTasks(session, readSelectors(operands, options, 'show'), options.batch);
  const api = await session.api();
  for (const [index, id] of ids.entries()) {
    const detail = await api.task.show.query({ id });
    if (index > 0 && session.options.mode === 'table') process.stdout.write('\n');
    session.output.detail(detail, taskDetail);
  }
  return EXIT.done;
}
