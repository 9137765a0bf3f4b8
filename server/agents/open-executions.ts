import type { ExecutionId, WorkerId } from '#core/task/ids.ts';
import { isOpen } from '#core/task/status.ts';
import type { Change, Reader } from '#server/store/store.ts';

/** Which worker holds which open execution; follows the database, so that a log chunk needs no query. */
export class OpenExecutions {
  readonly #workers = new Map<ExecutionId, WorkerId>();

  async rebuild(read: Reader): Promise<void> {
    this.#workers.clear();
    for (const { id, workerId } of await read.allOpenExecutions()) this.#workers.set(id, workerId);
  }

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.kind !== 'task' || change.executionId === null || change.workerId === null) continue;
      if (change.to !== null && isOpen(change.to)) this.#workers.set(change.executionId, change.workerId);
      else this.#workers.delete(change.executionId);
    }
  }

  isHeldBy(id: ExecutionId, workerId: WorkerId): boolean {
    return this.#workers.get(id) === workerId;
  }

  has(id: ExecutionId): boolean {
    return this.#workers.has(id);
  }
}
