const SMALLEST = 64;

/**
 * Finds the slot of a task id: an open-addressing hash table of 32-bit integers that reads the ids where the caller
 * keeps them. A `Map` would take five times the memory of this one, which matters with a million tasks.
 */
export class IdIndex {
  /** Slot + 1, or 0 for an empty cell. The length is a power of two, and at most half of the cells are taken. */
  #cells = new Int32Array(SMALLEST);
  #shift = 32 - Math.log2(SMALLEST);
  #size = 0;
  readonly #ids: readonly number[];

  /** `ids` is read at each call: `ids[slot]` must be the id of every slot that is in the index. */
  constructor(ids: readonly number[]) {
    this.#ids = ids;
  }

  get size(): number {
    return this.#size;
  }

  /** The slot of `id`, or -1. */
  find(id: number): number {
    return this.#cellAt(this.#cellOf(id)) - 1;
  }

  /** The id of `slot` must not be in the index yet. */
  add(slot: number): void {
    if (2 * (this.#size + 1) > this.#cells.length) this.#resize(this.#cells.length * 2);
    this.#cells[this.#cellOf(this.#idOf(slot))] = slot + 1;
    this.#size += 1;
  }

  /** Does nothing when `id` is not in the index. */
  remove(id: number): void {
    const mask = this.#cells.length - 1;
    let hole = this.#cellOf(id);
    if (this.#cellAt(hole) === 0) return;
    // Whatever follows in the same run of cells and may stand in the hole moves there, so that no search ends early.
    for (let cell = (hole + 1) & mask; this.#cellAt(cell) !== 0; cell = (cell + 1) & mask) {
      const home = this.#homeOf(this.#idOf(this.#cellAt(cell) - 1));
      if (((cell - home) & mask) < ((cell - hole) & mask)) continue;
      this.#cells[hole] = this.#cellAt(cell);
      hole = cell;
    }
    this.#cells[hole] = 0;
    this.#size -= 1;
    if (this.#cells.length > SMALLEST && 8 * this.#size < this.#cells.length) this.#resize(this.#cells.length / 2);
  }

  /** The cell that holds `id`, or the empty one where it would go. */
  #cellOf(id: number): number {
    const mask = this.#cells.length - 1;
    let cell = this.#homeOf(id);
    for (;;) {
      const found = this.#cellAt(cell);
      if (found === 0 || this.#idOf(found - 1) === id) return cell;
      cell = (cell + 1) & mask;
    }
  }

  /** Multiplication by 2^32 over the golden ratio spreads ids that follow one another, as ids of tasks do. */
  #homeOf(id: number): number {
    return Math.imul(id, 0x9e37_79b1) >>> this.#shift;
  }

  #cellAt(cell: number): number {
    return this.#cells[cell] ?? 0;
  }

  #idOf(slot: number): number {
    return this.#ids[slot] ?? Number.NaN;
  }

  #resize(length: number): void {
    const old = this.#cells;
    this.#cells = new Int32Array(length);
    this.#shift = 32 - Math.log2(length);
    for (const found of old) {
      if (found !== 0) this.#cells[this.#cellOf(this.#idOf(found - 1))] = found;
    }
  }
}
