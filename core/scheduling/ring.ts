/** What can stand in a {@link Ring}: it carries its own links, both undefined while it stands in none. */
export interface InRing<Item> {
  before: Item | undefined;
  after: Item | undefined;
}

/** Round robin: a circle of items that take turns. Joining, leaving and advancing cost the same whatever its size. */
export class Ring<Item extends InRing<Item>> {
  #turn: Item | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(item: Item): boolean {
    return item.after !== undefined;
  }

  /** Joins at the end: everyone who stands in the ring has a turn before. Does nothing for an item already there. */
  join(item: Item): void {
    if (this.has(item)) return;
    const next = this.#turn ?? item;
    const last = next.before ?? item;
    item.after = next;
    item.before = last;
    last.after = item;
    next.before = item;
    this.#turn ??= item;
    this.#size += 1;
  }

  leave(item: Item): void {
    if (item.before === undefined || item.after === undefined) return;
    item.before.after = item.after;
    item.after.before = item.before;
    if (this.#turn === item) this.#turn = item.after === item ? undefined : item.after;
    item.before = undefined;
    item.after = undefined;
    this.#size -= 1;
  }

  /** Whose turn it is; the turn passes to the one after. */
  advance(): Item | undefined {
    const item = this.#turn;
    this.#turn = item?.after;
    return item;
  }
}
