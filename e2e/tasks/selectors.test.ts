import { beforeAll, describe, expect, test } from 'vitest';
import type { TaskId } from '#core/task/ids.ts';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 2 } });

/** Six tasks: the second and the fifth fail; the third is called `liver`, the last is of another batch and waits. */
let tasks: TaskId[] = [];

beforeAll(async () => {
  const [, , , , , ...more] = (tasks = await lab.createLines([
    { command: 'true' },
    { command: 'false' },
    { command: 'true', name: 'liver' },
    { command: 'true' },
    { command: 'false' },
    { command: 'true', batch: 'elsewhere' },
  ]));
  expect(more).toHaveLength(1);
  await lab.untilEnded(...tasks.slice(0, 5));
});

describe('task show takes', () => {
  test.each([
    { argv: ['2'], selects: [2] },
    { argv: ['1-3'], selects: [1, 2, 3] },
    { argv: ['1,4-6'], selects: [1, 4, 5, 6] },
    { argv: ['4', '2'], selects: [2, 4] },
    { argv: ['2,2,1-2'], selects: [1, 2] },
    { argv: ['last'], selects: [6] },
    { argv: ['last:3'], selects: [4, 5, 6] },
    { argv: ['last:2', '--batch', 'Default'], selects: [4, 5] },
    { argv: ['failed'], selects: [2, 5] },
    { argv: ['failed,liver'], selects: [2, 3, 5] },
    { argv: ['liver'], selects: [3] },
    { argv: ['all'], selects: [1, 2, 3, 4, 5, 6] },
    { argv: ['all', '--batch', 'elsewhere'], selects: [6] },
    { argv: ['--id', '3-4'], selects: [3, 4] },
  ])('$argv', async ({ argv, selects }) => {
    expect(await lab.ids('task', 'show', ...argv)).toEqual(selects);
  });
});
