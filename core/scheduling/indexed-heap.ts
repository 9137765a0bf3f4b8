/**
 * A 4-ary heap whose items know where they are in it, so that any of them can leave or change rank in
 * O(log n) and nothing stale is ever kept. Subclasses say which item goes first and where an item keeps its index.
 */
export abstract class IndexedHeap<Item> {
  readonly #items: Item[] = [];

  /** Whether `a` goes before `b`. Must be a strict total order over the items in the heap. */
  protected abstract before(a: Item, b: Item): boolean;

  protected abstract indexOf(item: Item): number;

  /** `index` is -1 for an item that has left. */
  protected abstract moveTo(item: Item, index: number): void;

  get size(): number {
    return this.#items.length;
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  add(item: Item): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  /** `item` must be in the heap. */
  remove(item: Item): void {
    const index = this.indexOf(item);
    const last = this.#items.pop();
    this.moveTo(item, -1);
    if (last === undefined || last === item) return;
    this.#rise(last, index);
    this.#sink(last, this.indexOf(last));
  }

  /** Takes the first item out. */
  shift(): Item | undefined {
    const first = this.#items[0];
    const last = this.#items.pop();
    if (first === undefined || last === undefined) return undefined;
    this.moveTo(first, -1);
    if (this.#items.length > 0) this.#sink(last, 0);
    return first;
  }

  /** To be called after the rank of `item`, which must be in the heap, has changed. */
  rerank(item: Item): void {
    this.#rise(item, this.indexOf(item));
    this.#sink(item, this.indexOf(item));
  }

  /** A copy of the items in no particular order. */
  items(): Item[] {
    return [...this.#items];
  }

  /** What is wrong with the heap's own bookkeeping; empty when all is well. Costs O(n). */
  violations(): string[] {
    const found: string[] = [];
    this.#items.forEach((item, index) => {
      if (this.indexOf(item) !== index) found.push(`item at ${index} believes to be at ${this.indexOf(item)}`);
      const parent = this.#items[(index - 1) >> 2];
      if (index > 0 && parent !== undefined && this.before(item, parent)) {
        found.push(`item at ${index} goes before its parent`);
      }
    });
    return found;
  }

  #rise(item: Item, from: number): void {
    const items = this.#items;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 2;
      const parent = items[above];
      if (parent === undefined || !this.before(item, parent)) break;
      items[index] = parent;
      this.moveTo(parent, index);
      index = above;
    }
    items[index] = item;
    this.moveTo(item, index);
  }

  #sink(item: Item, from: number): void {
    const items = this.#items;
    const size = items.length;
    let index = from;
    for (;;) {
      const firstChild = 4 * index + 1;
      if (firstChild >= size) break;
      const end = Math.min(firstChild + 4, size);
      let best = item;
      let bestIndex = index;
      for (let child = firstChild; child < end; child += 1) {
        const candidate = items[child];
        if (candidate !== undefined && this.before(candidate, best)) {
          best = candidate;
          bestIndex = child;
        }
      }
      if (bestIndex === index) break;
      items[index] = best;
      this.moveTo(best, index);
      index = bestIndex;
    }
    items[index] = item;
    this.moveTo(item, index);
  }
}
