/** The small language in which the tests of this folder are written. For tests only. */
import { z } from 'zod';
import type { BatchId, TaskId, WorkerId } from '#core/task/ids.ts';
import { createEngine, type Engine } from './engine.ts';

const TASK = z.int().brand<'TaskId'>();
const BATCH = z.int().brand<'BatchId'>();
const WORKER = z.int().brand<'WorkerId'>();

export const taskId = (id: number): TaskId => TASK.parse(id);
export const batchId = (id: number): BatchId => BATCH.parse(id);
export const workerId = (id: number): WorkerId => WORKER.parse(id);

export interface WorkerSettings {
  batch?: number;
  concurrency?: number;
  prefetch?: number;
  accepting?: boolean;
}

/** An engine that is told things in short, and whose invariants are checked after each of them. */
export class Scene {
  readonly engine: Engine = createEngine();

  tasks(ids: readonly number[], { batch = 1, priority = 0 }: { batch?: number; priority?: number } = {}): this {
    for (const id of ids) {
      this.engine.onTaskReady({ taskId: taskId(id), batchId: batchId(batch), priority });
    }
    return this.#checked();
  }

  withdrawn(id: number): this {
    this.engine.onTaskWithdrawn(taskId(id));
    return this.#checked();
  }

  worker(id: number, { batch = 1, concurrency = 1, prefetch = 0, accepting = true }: WorkerSettings = {}): this {
    this.engine.onWorkerChanged({
      workerId: workerId(id),
      batchId: batchId(batch),
      accepting,
      concurrency,
      prefetch,
    });
    return this.#checked();
  }

  gone(id: number): this {
    this.engine.onWorkerGone(workerId(id));
    return this.#checked();
  }

  batch(id: number, { paused }: { paused: boolean }): this {
    this.engine.onBatchChanged({ batchId: batchId(id), paused });
    return this.#checked();
  }

  opened(task: number, worker: number): this {
    this.engine.onExecutionOpened({ taskId: taskId(task), workerId: workerId(worker) });
    return this.#checked();
  }

  ended(task: number, worker: number): this {
    this.engine.onExecutionEnded({ taskId: taskId(task), workerId: workerId(worker) });
    return this.#checked();
  }

  refused(task: number, worker: number): this {
    this.engine.onAssignmentRefused({ taskId: taskId(task), workerId: workerId(worker) });
    return this.#checked();
  }

  /** The decisions of one pass, in order, as `task>worker`. */
  next(budget = 1000): string[] {
    const decided = this.engine.next(budget);
    this.#checked();
    return decided.map((assignment) => `${assignment.taskId}>${assignment.workerId}`);
  }

  /** How many tasks each worker gets in one pass, by worker. */
  spread(budget = 1000): Record<number, number> {
    const counts: Record<number, number> = {};
    for (const { workerId } of this.engine.next(budget)) counts[workerId] = (counts[workerId] ?? 0) + 1;
    this.#checked();
    return counts;
  }

  #checked(): this {
    const violations = this.engine.check();
    if (violations.length > 0) throw new Error(`The engine contradicts itself: ${violations.join('; ')}`);
    return this;
  }
}

/** `from`, `from + 1`, … `to`. */
export function ids(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
