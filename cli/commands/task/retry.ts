import { Command } from 'commander';
import { CliError, EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import { wholeNumber } from '../../option-values.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import type { SelectorOptions } from './selected-tasks.ts';
import { addSelector, nothingSelected, readSelectors, selectionOf } from './selected-tasks.ts';

interface RetryOptions extends SelectorOptions {
  retry?: number;
}

export function taskRetryCommand(): Command {
  const command = addSelector(new Command('retry').description('run failed or canceled tasks again, as copies of them'))
    .option('--retry <n>', 'and retry each so many times more by itself', wholeNumber(0, 1_000))
    .addHelpText(
      'after',
      '\nThe old task is hidden (`scitq task list --show-hidden`), the new one has an id of its own.\n\nExample:\n  scitq task retry failed --batch assembly --retry 2\n',
    );
  return setAction<RetryOptions>(addGlobalOptions(command), retryTasks);
}

async function retryTasks(session: Session, options: RetryOptions, operands: string[]): Promise<number> {
  const selection = selectionOf(readSelectors(operands, options, 'retry'), options.batch);
  const api = await session.api();
  const answer = await api.task.retry.mutate({ selection, retry: options.retry });
  const { retried, skipped } = answer;
  if (retried.length + skipped.length === 0) throw nothingSelected(options.batch);
  if (retried.length === 0) {
    throw new CliError(
      'ILLEGAL_TRANSITION',
      `${skipped.length === 1 ? `task ${skipped[0]} has not` : `none of these ${skipped.length} tasks has`} failed or been canceled, so there is nothing to retry`,
      'See how they stand with `scitq task list`',
    );
  }
  const pairs = retried.slice(0, 10).map(({ from, to }) => `${from} as ${to}`);
  const more = retried.length > pairs.length ? ` and ${retried.length - pairs.length} more` : '';
  session.output.result({
    sentence: `retried ${retried.length === 1 ? 'task' : `${retried.length} tasks:`} ${pairs.join(', ')}${more}`,
    value: answer,
    ids: retried.map(({ to }) => to),
  });
  if (skipped.length > 0) session.output.note(`${skipped.length} left alone: neither failed nor canceled`);
  return EXIT.done;
}
