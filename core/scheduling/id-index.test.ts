import fc from 'fast-check';
import { expect, it } from 'vitest';
import { IdIndex } from './id-index.ts';

it('finds what a Map finds, through any adding and removing', () => {
  // Few distinct ids, some far apart, so that they collide, come back, and make the table grow and shrink.
  const id = fc.oneof(
    fc.nat(300),
    fc.nat(40).map((n) => n * 2 ** 32 + n),
    fc.nat(40).map((n) => n * 2 ** 20),
  );
  const change = fc.record({ adds: fc.boolean(), ids: fc.array(id, { size: 'large' }) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
      const ids: number[] = [];
      const index = new IdIndex(ids);
      const slots = new Map<number, number>();
      for (const { adds, ids: changed } of changes) {
        for (const id of changed) {
          if (!adds) {
            index.remove(id);
            slots.delete(id);
          } else if (!slots.has(id)) {
            slots.set(id, ids.push(id) - 1);
            index.add(ids.length - 1);
          }
        }
        expect(index.size).toBe(slots.size);
        for (const id of ids) expect(index.find(id)).toBe(slots.get(id) ?? -1);
      }
    }),
  );
});
