import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 4 } });

/** A command that waits until {@link release} was called. */
function gate(name: string, thenExit = 0): string[] {
  const script = `until [ -e "$0" ]; do sleep 0.05; done; exit ${thenExit}`;
  return ['sh', '-c', script, join(lab.programs.root, name)];
}

async function release(name: string): Promise<void> {
  await writeFile(join(lab.programs.root, name), '');
}

test('--dependency waits until another has succeeded', async () => {
  const first = await lab.create('--', ...gate('first'));
  const second = await lab.create('--dependency', String(first), '--', 'echo', 'second');
  const third = await lab.create('--dependency', `${first},${second}`, '--', 'echo', 'third');
  expect(await lab.show(second)).toMatchObject({ status: 'W' });
  expect(await lab.print('task', 'show', String(second))).toContain(`task ${first} to succeed`);
  await release('first');
  await lab.untilEnded(third);
  const [one, two, three] = [await lab.show(first), await lab.show(second), await lab.show(third)];
  expect([one.status, two.status, three.status]).toEqual(['S', 'S', 'S']);
  expect(two.startedAt ?? 0).toBeGreaterThanOrEqual(one.executions[0]?.endedAt ?? Number.NaN);
  expect(three.startedAt ?? 0).toBeGreaterThanOrEqual(two.executions[0]?.endedAt ?? Number.NaN);
});

test('a file names tasks of its own, in any order', async () => {
  const [gathered, ...lanes] = await lab.createLines([
    { name: 'gather', command: ['echo', 'all'], dependency: ['lane 1', 'lane 2'] },
    { name: 'lane 1', command: gate('lanes') },
    { name: 'lane 2', command: gate('lanes') },
  ]);
  if (gathered === undefined) throw new Error('no id');
  const waiting = await lab.show(gathered);
  expect(waiting.status).toBe('W');
  expect(waiting.dependency.map(({ taskId }) => taskId).sort()).toEqual(lanes);
  await release('lanes');
  await lab.untilEnded(gathered);
  expect(await lab.show(gathered)).toMatchObject({ status: 'S' });
});

test('what depends on a failed task waits, and what comes after it runs', async () => {
  const failing = await lab.create('--', ...gate('failing', 1));
  const dependent = await lab.create('--dependency', String(failing), '--', 'true');
  const after = await lab.create('--after', String(failing), '--', 'true');
  await release('failing');
  await lab.untilEnded(failing, after);
  expect(await lab.show(after)).toMatchObject({ status: 'S' });
  expect(await lab.show(dependent)).toMatchObject({ status: 'W', dependency: [{ taskId: failing, met: false }] });
  expect(await lab.print('task', 'show', String(dependent))).toContain(`scitq task show ${failing}`);
});

test('what waits for a canceled task: --after runs, --dependency goes on waiting', async () => {
  const canceled = await lab.create('--', ...gate('never'));
  const dependent = await lab.create('--dependency', String(canceled), '--', 'true');
  const after = await lab.create('--after', String(canceled), '--', 'true');
  await lab.print('task', 'cancel', String(canceled));
  await lab.untilEnded(after);
  expect(await lab.show(after)).toMatchObject({ status: 'S' });
  expect(await lab.show(dependent)).toMatchObject({ status: 'W' });
});
