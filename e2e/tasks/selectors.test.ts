import { beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal } from './expect-refusal.ts';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 2 } });

/** Six tasks: the second and the fifth fail; the third is called `liver`, the last is of another batch and waits. */
beforeAll(async () => {
  const tasks = await lab.createLines([
    { command: 'true' },
    { command: 'false' },
    { command: 'true', name: 'liver' },
    { command: 'true' },
    { command: 'false' },
    { command: 'true', batch: 'elsewhere' },
  ]);
  expect(tasks).toEqual([1, 2, 3, 4, 5, 6]);
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
    { argv: ['5-9'], selects: [5, 6] },
    { argv: ['--id', '3-4'], selects: [3, 4] },
  ])('$argv', async ({ argv, selects }) => {
    expect(await lab.ids('task', 'show', ...argv)).toEqual(selects);
  });
});

describe('what is no selection', () => {
  test.each([
    { argv: ['3-1'], says: /column 1.*runs backwards/ },
    { argv: ['0'], says: /ids count from 1/ },
    { argv: ['last:0'], says: /selects nothing/ },
    { argv: ['1,,3'], says: /column 3.*missing/ },
    { argv: [''], says: /nothing is selected/i },
    { argv: ['-7'], says: /unknown option '-7'|neither a number nor a range/ },
  ])('$argv', async ({ argv, says }) => {
    await expectRefusal(lab, ['task', 'show', ...argv], { exit: 2, code: 'USAGE', says });
  });

  test.each([
    { argv: ['7'], says: /\b7\b/ },
    { argv: ['7-9'], says: /no task/ },
    { argv: ['kidney'], says: /kidney/ },
    { argv: ['last', '--batch', 'nowhere'], code: 'UNKNOWN_BATCH', says: /nowhere/ },
    { argv: ['failed', '--batch', 'elsewhere'], says: /elsewhere/ },
  ])('$argv names what there is not', async ({ argv, code = 'UNKNOWN_TASK', says }) => {
    await expectRefusal(lab, ['task', 'show', ...argv], { exit: 1, code, says });
  });
});
