import type { Command } from 'commander';
import type { SelectionItem } from '#core/selection/selection.ts';
import { parseSelection } from '#core/selection/selection.ts';
import type { TaskId } from '#core/task/ids.ts';
import { CliError, usageError } from '../../errors.ts';
import { collect } from '../../option-values.ts';
import type { Api, Session } from '../../session.ts';

export interface SelectorOptions {
  id?: string[];
  batch?: string;
}

/** The operand `[selector...]` and its older spelling `--id`, for the actions that name tasks. */
export function addSelector(command: Command): Command {
  return command
    .argument('[selector...]', 'ids and names: 12, 1-3, 1,4-6, all, last, last:3, failed, a name')
    .option('--id <selector>', 'the same, as an option', collect)
    .option('--batch <name>', 'only tasks of this batch');
}

/** What was written to name tasks, read. @throws CliError (USAGE) when it is no selection, or when there is none. */
export function readSelectors(operands: readonly string[], options: SelectorOptions, action: string): SelectionItem[] {
  const words = [...operands, ...(options.id ?? [])];
  if (words.length === 0) {
    throw usageError(
      `which tasks? \`scitq task ${action}\` wants an id, a range like 1-3, a name, all, last, last:3 or failed`,
      '`scitq task list` shows what there is',
    );
  }
  return words.flatMap(readSelector);
}

/** @throws CliError (USAGE) that names the column where the selection goes wrong. */
export function readSelector(word: string): SelectionItem[] {
  const parsed = parseSelection(word);
  if (parsed.ok) return parsed.items;
  throw usageError(`'${word}', column ${parsed.column}: ${parsed.message}`);
}

/** What the API calls a selection: all that its fields name, together. */
export type Selection = Parameters<Api['task']['select']['query']>[0];

export function selectionOf(items: readonly SelectionItem[], batch: string | undefined): Selection {
  const selection: Selection = batch === undefined ? {} : { batch };
  for (const item of items) {
    switch (item.kind) {
      case 'id':
        selection.ids = [...(selection.ids ?? []), item.id];
        break;
      case 'range':
        selection.ranges = [...(selection.ranges ?? []), { from: item.from, to: item.to }];
        break;
      case 'name':
        selection.names = [...(selection.names ?? []), item.name];
        break;
      case 'all':
        selection.all = true;
        break;
      case 'failed':
        selection.status = ['F'];
        break;
      case 'last':
        selection.last = Math.max(selection.last ?? 0, item.count);
        break;
    }
  }
  return selection;
}

/**
 * The ids of the tasks that are meant, ascending, each once.
 * @throws CliError (UNKNOWN_TASK) when a selection such as `failed` or `last` selects nothing.
 */
export async function selectTasks(
  session: Session,
  items: readonly SelectionItem[],
  batch: string | undefined,
): Promise<TaskId[]> {
  const api = await session.api();
  const ids = await api.task.select.query(selectionOf(items, batch));
  if (ids.length === 0) throw nothingSelected(batch);
  return ids;
}

export function nothingSelected(batch: string | undefined): CliError {
  return new CliError(
    'UNKNOWN_TASK',
    batch === undefined ? 'no task is selected' : `no task of batch '${batch}' is selected`,
    '`scitq task list` shows what there is',
  );
}
