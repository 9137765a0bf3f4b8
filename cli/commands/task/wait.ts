import { Command } from 'commander';
import { EXIT } from '../../errors.ts';
import { addGlobalOptions } from '../../global-options.ts';
import type { Session } from '../../session.ts';
import { setAction } from '../../session.ts';
import type { SelectorOptions } from './selected-tasks.ts';
import { addSelector, readSelectors, selectTasks } from './selected-tasks.ts';
import type { Watched } from './wait-for-tasks.ts';
import { reportEnd, waitVisibly } from './wait-for-tasks.ts';

interface WaitOptions extends SelectorOptions {
  progress?: true;
  failOnError: boolean;
}

export function taskWaitCommand(): Command {
  const command = addSelector(new Command('wait').description('wait until tasks have ended, their retries included'))
    .option('--progress', 'show how far they are')
    .option('--fail-on-error', 'exit with 1 when any failed or was canceled', true)
    .option('--no-fail-on-error', 'exit with 0 however they end')
    .addHelpText(
      'after',
      '\nWith --batch alone, all tasks of the batch. With --timeout, give up after that many seconds (the tasks go on).\n\nExamples:\n  scitq task wait --batch assembly --progress\n  scitq task wait 12-24 && echo all well\n',
    );
  return setAction<WaitOptions>(addGlobalOptions(command), wait);
}

async function wait(session: Session, options: WaitOptions, operands: string[]): Promise<number> {
  const end = await waitVisibly(session, await watched(session, options, operands), options.progress === true);
  const code = reportEnd(session.output, end);
  return options.failOnError ? code : EXIT.done;
}

/** A batch is watched as a whole; else the tasks that are there now. */
async function watched(session: Session, options: WaitOptions, operands: string[]): Promise<Watched> {
  const { batch } = options;
  if (batch !== undefined && operands.length === 0 && options.id === undefined) {
    // Over HTTP, which fails where there is no server; the subscription would wait for one.
    await (await session.api()).batch.list.query();
    return { batch };
  }
  const ids = await selectTasks(session, readSelectors(operands, options, 'wait'), batch);
  const [first] = ids;
  const count = ids.length;
  return first !== undefined && ids.at(-1) === first + count - 1 ? { from: { first, count } } : { ids };
}
