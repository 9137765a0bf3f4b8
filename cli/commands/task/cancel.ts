import { Command } from 'commander';
import { CliError, EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import { seconds } from '../../option-values.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import type { SelectorOptions } from './selected-tasks.ts';
import { addSelector, nothingSelected, readSelectors, selectionOf } from './selected-tasks.ts';

interface CancelOptions extends SelectorOptions {
  grace?: number;
}

export function taskCancelCommand(): Command {
  const command = addSelector(new Command('cancel').description('withdraw tasks that wait, stop tasks that run'))
    .option('--grace <seconds>', 'from asking a running one to stop (TERM) to killing it (10)', seconds)
    .addHelpText('after', '\nExample:\n  scitq task cancel 12-24\n  scitq task cancel all --batch assembly\n');
  return setAction<CancelOptions>(addGlobalOptions(command), cancelTasks);
}

async function cancelTasks(session: Session, options: CancelOptions, operands: string[]): Promise<number> {
  const selection = selectionOf(readSelectors(operands, options, 'cancel'), options.batch);
  const api = await session.api();
  const answer = await api.task.cancel.mutate({ selection, grace: options.grace });
  const { canceled, signaled, ended } = answer;
  if (canceled.length + signaled.length + ended.length === 0) throw nothingSelected(options.batch);
  if (canceled.length + signaled.length === 0) {
    throw new CliError(
      'ILLEGAL_TRANSITION',
      ended.length === 1
        ? `task ${ended[0]} has ended already`
        : `all ${ended.length} of these tasks have ended already`,
      'See how with `scitq task list`',
    );
  }
  const parts = [
    ...(canceled.length > 0 ? [`canceled ${countOf(canceled)}`] : []),
    ...(signaled.length > 0 ? [`asked ${countOf(signaled)} to stop, which will end as failed`] : []),
  ];
  session.output.result({ sentence: parts.join('; '), value: answer, ids: [...canceled, ...signaled] });
  if (ended.length > 0) session.output.note(`${ended.length} had ended already and were left alone`);
  return EXIT.done;
}

function countOf(ids: readonly number[]): string {
  return ids.length === 1 ? `task ${ids[0]}` : `${ids.length} tasks`;
}
