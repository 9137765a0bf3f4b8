import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

const never = new AbortController().signal;

test('at most the width is inside, whoever comes, goes, gives up, or changes it', async () => {
  const action = fc.oneof(
    fc.constantFrom('enter' as const, 'leave' as const, 'give up' as const),
    fc.integer({ min: 0, max: 4 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action), async (actions) => {
      let width = 2;
      const slots = new Slots(width);
      let inside = 0;
      const waiting: AbortController[] = [];
      for (const next of actions) {
        const before = inside;
        if (next === 'enter') {
          const giveUp = new AbortController();
          waiting.push(giveUp);
          void slots.enter(giveUp.signal).then(
            () => {
              inside += 1;
              waiting.splice(waiting.indexOf(giveUp), 1);
            },
            () => undefined,
          );
        } else if (next === 'leave') {
          if (inside > 0) {
            inside -= 1;
            slots.leave();
          }
        } else if (next === 'give up') waiting.shift()?.abort();
        else {
          width = next;
          slots.resize(width);
        }
        // Admissions are promises: let them all be told.
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        expect(inside <= width || inside <= before).toBe(true);
        expect(waiting.length === 0 || inside >= width).toBe(true);
      }
    }),
  );
});

test('those who wait are admitted in the order they came', async () => {
  const slots = new Slots(1);
  await slots.enter(never);
  const order: number[] = [];
  const all = [1, 2, 3].map((name) => slots.enter(never).then(() => order.push(name)));
  for (let count = 0; count < 3; count += 1) slots.leave();
  slots.resize(3);
  await Promise.all(all);
  expect(order).toEqual([1, 2, 3]);
});

test('who gives up is told why, and takes no place', async () => {
  const slots = new Slots(0);
  const giveUp = new AbortController();
  const entering = slots.enter(giveUp.signal);
  giveUp.abort(new Error('not wanted any more'));
  await expect(entering).rejects.toThrow('not wanted any more');
  slots.resize(1);
  expect(slots.isFree).toBe(true);
});
