import { IndexedHeap } from './indexed-heap.ts';
import type { TaskTable } from './task-table.ts';

/** The pending tasks of one batch, as slots of the table: higher priority first, then the lower id. */
export class TaskQueue extends IndexedHeap<number> {
  readonly #tasks: TaskTable<object>;

  constructor(tasks: TaskTable<object>) {
    super();
    this.#tasks = tasks;
  }

  protected override before(a: number, b: number): boolean {
    const above = this.#tasks.priorityAt(a);
    const below = this.#tasks.priorityAt(b);
    return above === below ? this.#tasks.idAt(a) < this.#tasks.idAt(b) : above > below;
  }

  protected override indexOf(slot: number): number {
    return this.#tasks.positionAt(slot);
  }

  protected override moveTo(slot: number, index: number): void {
    this.#tasks.setPosition(slot, index);
  }
}
