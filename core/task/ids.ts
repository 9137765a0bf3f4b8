import type { $brand } from 'zod';

/** Identifiers are plain integers on the wire; the brand keeps one kind from being passed for another. */
export type TaskId = number & $brand<'TaskId'>;
export type ExecutionId = number & $brand<'ExecutionId'>;
export type BatchId = number & $brand<'BatchId'>;
export type WorkerId = number & $brand<'WorkerId'>;

/** The id that lies `offset` after `first`, among tasks that were inserted together. */
export function taskIdAfter(first: TaskId, offset: number): TaskId {
  const id = first + offset;
  if (!isTaskId(id)) throw new RangeError(`${id} is not a task id`);
  return id;
}

function isTaskId(value: number): value is TaskId {
  return Number.isSafeInteger(value) && value > 0;
}
