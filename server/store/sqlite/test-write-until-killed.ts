import { newTask } from '../conformance/sample.ts';
import { openSqliteStore } from './index.ts';

// A program for durability.test.ts: writes without end to the database of its argument, several units at a time, and
// prints a line for each that was acknowledged: its number, which is also the name of its three tasks.

const [, , file] = process.argv;
if (file === undefined) throw new Error('usage: test-write-until-killed.ts FILE');
const store = await openSqliteStore({ file });
const batch = await store.write((tx) => tx.insertBatch('Default', 1));
console.log('ready');
for (let unit = 0; ; unit += 4) {
  await Promise.all(
    [0, 1, 2, 3].map(async (offset) => {
      const name = `${unit + offset}`;
      await store.write((tx) =>
        tx.insertTasks([1, 2, 3].map(() => newTask(batch.id, { name, command: `echo ${name}` }))),
      );
      console.log(name);
    }),
  );
}
