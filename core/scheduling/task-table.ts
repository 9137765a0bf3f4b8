import type { TaskId } from '#core/task/ids.ts';
import { IdIndex } from './id-index.ts';

/**
 * The tasks that the engine knows, one slot (a small integer) each: its id, its priority, and the one place where it
 * is, which is its batch's queue or a worker's hands (`Holder`), with its position there. A column each instead of an
 * object each: a million pending tasks take some 50 MB. Slots are reused; the table is as large as its peak until it
 * is empty again.
 */
export class TaskTable<Holder extends object> {
  readonly #ids: TaskId[] = [];
  readonly #priorities: number[] = [];
  /** Undefined for a slot that is free. */
  readonly #holders: (Holder | undefined)[] = [];
  /** For a free slot, the next free one, or -1. */
  #positions = new Int32Array(0);
  #firstFree = -1;
  readonly #index = new IdIndex(this.#ids);

  get size(): number {
    return this.#index.size;
  }

  /** The slot of `id`, or -1. */
  slotOf(id: TaskId): number {
    return this.#index.find(id);
  }

  /** `id` must not be in the table. The caller puts the task in its queue or hands at once. */
  add(id: TaskId, priority: number, holder: Holder): number {
    const slot = this.#takeSlot();
    this.#ids[slot] = id;
    this.#priorities[slot] = priority;
    this.#holders[slot] = holder;
    this.#index.add(slot);
    return slot;
  }

  /** The task must have left its queue or hands. */
  remove(slot: number): void {
    this.#index.remove(this.idAt(slot));
    this.#holders[slot] = undefined;
    this.#positions[slot] = this.#firstFree;
    this.#firstFree = slot;
    if (this.size === 0) this.#forgetPeak();
  }

  idAt(slot: number): TaskId {
    const id = this.#ids[slot];
    if (id === undefined) throw new RangeError(`No task ever had slot ${slot}.`);
    return id;
  }

  priorityAt(slot: number): number {
    return this.#priorities[slot] ?? 0;
  }

  holderAt(slot: number): Holder | undefined {
    return this.#holders[slot];
  }

  setHolder(slot: number, holder: Holder): void {
    this.#holders[slot] = holder;
  }

  positionAt(slot: number): number {
    return this.#positions[slot] ?? -1;
  }

  setPosition(slot: number, position: number): void {
    this.#positions[slot] = position;
  }

  #takeSlot(): number {
    const free = this.#firstFree;
    if (free >= 0) {
      this.#firstFree = this.positionAt(free);
      return free;
    }
    const slot = this.#ids.length;
    if (slot === this.#positions.length) {
      const longer = new Int32Array(slot + (slot >> 1) + 16);
      longer.set(this.#positions);
      this.#positions = longer;
    }
    return slot;
  }

  #forgetPeak(): void {
    this.#ids.length = 0;
    this.#priorities.length = 0;
    this.#holders.length = 0;
    this.#positions = new Int32Array(0);
    this.#firstFree = -1;
  }
}
