import type { $brand } from 'zod';

/** Identifiers are plain integers on the wire; the brand keeps one kind from being passed for another. */
export type TaskId = number & $brand<'TaskId'>;
export type ExecutionId = number & $brand<'ExecutionId'>;
export type BatchId = number & $brand<'BatchId'>;
export type WorkerId = number & $brand<'WorkerId'>;

/** The id that lies `offset` after `first`, among tasks that were inserted together. */
export function taskIdAfter(first: TaskId, offset: number): TaskId {
  return idAfter(first, offset);
}

/** As {@link taskIdAfter}. */
export function executionIdAfter(first: ExecutionId, offset: number): ExecutionId {
  return idAfter(first, offset);
}

function idAfter<Id extends number>(first: Id, offset: number): Id {
  const id = first + offset;
  if (!isId<Id>(id)) throw new RangeError(`${id} is not an id`);
  return id;
}

function isId<Id extends number>(value: number): value is Id {
  return Number.isSafeInteger(value) && value > 0;
}
