/**
 * A store in miniature, for the random histories: tasks with both kinds of dependency, workers, batches, and the rules
 * of their lives. It tells an engine what the server would tell it, after each change. For tests only.
 */
import type { Status } from '#core/task/status.ts';
import { type DependencyKind, settles } from './dependencies.ts';
import { type Assignment, createEngine, type Engine } from './engine.ts';
import { batchId, taskId, workerId } from './test-language.ts';

export interface ModelTask {
  readonly id: number;
  batch: number;
  priority: number;
  retries: number;
  status: Extract<Status, 'W' | 'P' | 'A' | 'S' | 'F' | 'X'>;
  /** Of the open execution, while the status is A. */
  worker: number;
  hidden: boolean;
  waitsFor: { task: ModelTask; kind: DependencyKind }[];
}

export interface ModelWorker {
  readonly id: number;
  batch: number;
  accepting: boolean;
  concurrency: number;
  prefetch: number;
}

export class ModelStore {
  readonly engine: Engine = createEngine();
  readonly tasks: ModelTask[] = [];
  readonly workers = new Map<number, ModelWorker>();
  readonly paused = new Set<number>();

  submit(task: Pick<ModelTask, 'batch' | 'priority' | 'retries' | 'waitsFor'>): void {
    const added: ModelTask = { ...task, id: this.tasks.length + 1, status: 'W', worker: 0, hidden: false };
    this.tasks.push(added);
    this.#wakeIfMet(added);
  }

  setWorker(worker: ModelWorker): void {
    this.workers.set(worker.id, worker);
    this.#tellWorker(worker, this.engine);
  }

  /** Its executions end as lost, which costs no retry. */
  loseWorker(id: number): void {
    this.workers.delete(id);
    this.engine.onWorkerGone(workerId(id));
    for (const task of this.heldBy(id)) this.#makePending(task);
  }

  setPaused(batch: number, paused: boolean): void {
    if (paused) this.paused.add(batch);
    else this.paused.delete(batch);
    this.engine.onBatchChanged({ batchId: batchId(batch), paused });
  }

  endExecution(task: ModelTask, well: boolean): void {
    this.engine.onExecutionEnded({ taskId: taskId(task.id), workerId: workerId(task.worker) });
    task.status = well ? 'S' : 'F';
    if (well || task.retries === 0) this.#wakeDependents();
    else this.#clone(task);
  }

  /** With `told` false the engine is left to find out, as when the change was made while it decided. */
  cancel(task: ModelTask, { told }: { told: boolean }): void {
    if (task.status === 'A') {
      this.engine.onExecutionEnded({ taskId: taskId(task.id), workerId: workerId(task.worker) });
    } else if (told) this.engine.onTaskWithdrawn(taskId(task.id));
    task.status = 'X';
    this.#wakeDependents();
  }

  relaunch(task: ModelTask): void {
    task.status = 'W';
    this.#wakeIfMet(task);
  }

  /** Another batch or priority for a task that has not been given to a worker. */
  change(task: ModelTask, { batch, priority }: { batch: number; priority: number }): void {
    task.batch = batch;
    task.priority = priority;
    if (task.status === 'P') this.#tellReady(task, this.engine);
  }

  /** What the transaction makes of a decision: refused when the task is not P any more. */
  commit({ taskId, workerId }: Assignment): void {
    const task = this.taskOf(taskId);
    if (task.status !== 'P') {
      this.engine.onAssignmentRefused({ taskId, workerId });
      return;
    }
    task.status = 'A';
    task.worker = workerId;
  }

  taskOf(id: number): ModelTask {
    const task = this.tasks[id - 1];
    if (task === undefined) throw new Error(`There is no task ${id}.`);
    return task;
  }

  heldBy(worker: number): ModelTask[] {
    return this.tasks.filter((task) => task.status === 'A' && task.worker === worker);
  }

  /** A new engine that is told of what is stored, in an order that is as good as any other. */
  rebuilt(): Engine {
    const engine = createEngine();
    for (const task of this.tasks) {
      if (task.status !== 'A') continue;
      engine.onExecutionOpened({ taskId: taskId(task.id), workerId: workerId(task.worker) });
    }
    for (const task of this.tasks.toReversed()) {
      if (task.status === 'P') this.#tellReady(task, engine);
    }
    for (const batch of this.paused) engine.onBatchChanged({ batchId: batchId(batch), paused: true });
    for (const worker of this.workers.values()) this.#tellWorker(worker, engine);
    return engine;
  }

  #clone(failed: ModelTask): void {
    const clone: ModelTask = { ...failed, id: this.tasks.length + 1, status: 'W', retries: failed.retries - 1 };
    failed.hidden = true;
    this.tasks.push(clone);
    for (const { waitsFor } of this.tasks) {
      for (const dependency of waitsFor) if (dependency.task === failed) dependency.task = clone;
    }
    this.#makePending(clone);
  }

  #wakeDependents(): void {
    for (const task of this.tasks) if (task.status === 'W') this.#wakeIfMet(task);
  }

  #wakeIfMet(task: ModelTask): void {
    const met = task.waitsFor.every(({ task: { status, retries }, kind }) => {
      return (status === 'S' || status === 'F' || status === 'X') && settles(kind, status, retries);
    });
    if (met) this.#makePending(task);
  }

  #makePending(task: ModelTask): void {
    task.status = 'P';
    this.#tellReady(task, this.engine);
  }

  #tellReady({ id, batch, priority }: ModelTask, engine: Engine): void {
    engine.onTaskReady({ taskId: taskId(id), batchId: batchId(batch), priority });
  }

  #tellWorker({ id, batch, ...facts }: ModelWorker, engine: Engine): void {
    engine.onWorkerChanged({ workerId: workerId(id), batchId: batchId(batch), ...facts });
  }
}
