import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TaskSummary } from '#core/contract/task.ts';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 2 } });

/** A command that fails until {@link repair}. */
function broken(name: string): string[] {
  return ['--', 'sh', '-c', 'echo "attempt $SCITQ_ATTEMPT"; test -e "$0"', join(lab.programs.root, name)];
}

async function repair(name: string): Promise<void> {
  await writeFile(join(lab.programs.root, name), '');
}

async function list(...argv: string[]): Promise<TaskSummary[]> {
  const tasks: TaskSummary[] = JSON.parse(await lab.print('--json', 'task', 'list', ...argv));
  return tasks;
}

test('--retry makes a copy of a failed task, and hides the failed one', async () => {
  const id = await lab.create('--retry', '2', '--name', 'stubborn', ...broken('stubborn'));
  const waited = await lab.scitq(['task', 'wait', String(id)]);
  expect(waited).toMatchObject({ code: 1, stdout: expect.stringMatching(/^1 task ended: .*1 failed/) });

  const [last, ...others] = await list('--name', 'stubborn');
  expect(others).toEqual([]);
  expect(last).toMatchObject({ status: 'F', attempt: 3, retry: 0, hidden: false });
  const all = await list('--name', 'stubborn', '--show-hidden');
  expect(all.map(({ attempt, retry, hidden }) => ({ attempt, retry, hidden }))).toEqual([
    { attempt: 3, retry: 0, hidden: false },
    { attempt: 2, retry: 1, hidden: true },
    { attempt: 1, retry: 2, hidden: true },
  ]);
  expect(await lab.show(id)).toMatchObject({ hidden: true });
  expect(await lab.print('task', 'output', String(last?.id))).toBe('attempt 3\n');
});

test('what depends on a task follows its copies', async () => {
  const first = await lab.create('--', 'sh', '-c', 'exit 1');
  await lab.untilEnded(first);
  const id = await lab.create('--retry', '1', '--', 'sh', '-c', 'test "$SCITQ_ATTEMPT" = 2');
  const dependent = await lab.create('--dependency', String(id), '--', 'echo', 'at last');
  await lab.untilEnded(dependent);
  expect(await lab.show(id)).toMatchObject({ status: 'F', hidden: true });
  expect(await lab.show(dependent)).toMatchObject({ status: 'S' });
});

test('task retry failed runs again what has failed, once it is repaired', async () => {
  const batch = ['--batch', 'repairs'];
  const worker = await lab.programs.startWorker(lab.server, { batch: 'repairs', concurrency: 2 });
  const one = await lab.create(...batch, ...broken('tool'));
  const two = await lab.create(...batch, ...broken('tool'));
  const fine = await lab.create(...batch, '--', 'true');
  const dependent = await lab.create(...batch, '--dependency', `${one},${two}`, '--', 'true');
  await lab.untilEnded(one, two, fine);

  await repair('tool');
  const retried = await lab.ids('task', 'retry', 'failed', ...batch);
  expect(retried).toHaveLength(2);
  expect(await lab.print('task', 'wait', ...batch)).toMatch(/^4 tasks ended: 4 succeeded/);
  expect(await lab.show(dependent)).toMatchObject({ status: 'S' });
  expect(await lab.show(one)).toMatchObject({ status: 'F', hidden: true });

  const again = await lab.scitq(['task', 'retry', String(one), String(fine)]);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toMatch(/nothing to retry/);
  await worker.kill('SIGTERM');
});

test('task wait says by its exit code how tasks ended', async () => {
  const well = await lab.create('--', 'true');
  const badly = await lab.create('--', 'false');
  const endless = await lab.create('--', 'sleep', '1000');
  const wait = (...argv: string[]) => lab.scitq(['task', 'wait', ...argv]);

  expect(await wait(String(well))).toMatchObject({ code: 0, stdout: '1 task ended: 1 succeeded\n' });
  expect(await wait(`${well},${badly}`)).toMatchObject({
    code: 1,
    stdout: `2 tasks ended: 1 succeeded, 1 failed (${badly})\n`,
    stderr: expect.stringContaining(`scitq task show ${badly}`),
  });
  expect(await wait(`${well}`, `${badly}`, '--no-fail-on-error')).toMatchObject({ code: 0 });
  expect(await wait(String(endless), '--timeout', '1')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^scitq: 1 of 1 tasks had not ended after 1 s; they go on\./),
  });
  await lab.print('task', 'cancel', String(endless));
  expect(await wait(String(endless))).toMatchObject({ code: 1 });
});

test('task create --wait waits for its retries, and ends as they end', async () => {
  const create = (...argv: string[]) => lab.scitq(['task', 'create', '--wait', ...argv]);
  expect(await create('--retry', '1', '--', 'sh', '-c', 'test "$SCITQ_ATTEMPT" = 2')).toMatchObject({ code: 0 });
  expect(await create('--retry', '1', '--', 'false')).toMatchObject({ code: 1 });
});
