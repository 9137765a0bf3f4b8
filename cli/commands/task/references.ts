import type { SelectionItem } from '#core/selection/selection.ts';
import type { Session } from '../../session.ts';
import { readSelector, selectTasks } from './selected-tasks.ts';

/** Ids, and names for the server to look up in the submission and in its batch. */
export type TaskReference = number | string;

/**
 * The tasks that `--dependency` and `--after` name. Ids and names go to the server as they are; `last`, `failed` and
 * their like are looked up now, so that they cannot mean the task that is being queued.
 */
export async function resolveReferences(
  session: Session,
  words: readonly string[],
  batch: string | undefined,
): Promise<TaskReference[]> {
  const references: TaskReference[] = [];
  for (const item of words.flatMap(readSelector)) {
    const plain = plainReferences(item);
    references.push(...(plain ?? (await selectTasks(session, [item], batch))));
  }
  return [...new Set(references)];
}

function plainReferences(item: SelectionItem): TaskReference[] | undefined {
  switch (item.kind) {
    case 'id':
      return [item.id];
    case 'name':
      return [item.name];
    case 'range':
      return Array.from({ length: item.to - item.from + 1 }, (_, index) => item.from + index);
    default:
      return undefined;
  }
}
