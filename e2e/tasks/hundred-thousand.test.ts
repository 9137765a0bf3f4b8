import { execFile } from 'node:child_process';
import { inspect, promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { StatusCounts, WorkerSummary } from '#core/contract/counters.ts';
import type { TaskId } from '#core/task/ids.ts';
import { openLab } from './lab.ts';
import { peakMemory } from './peak-memory.ts';

const TASKS = 100_000;
/** Of the server, in MB. */
const MEMORY_LIMIT = 250;
/** Low, for a loaded machine: bench/ measures what can be reached. In lives per second. */
const SLOWEST = 1_500;
/** Of `scitq task list`, in ms; on a machine so loaded that Node itself is slow to start, four times that. */
const LIST_LIMIT = 150;
const MEASURED = 9;

const lab = openLab({});

test('100,000 tasks of one file are accepted at once, and each of them succeeds once', {
  timeout: 180_000,
}, async () => {
  const submitting = await lab.scitq(['--json', 'task', 'create', '--from-file', '-'], { stdin: lines(TASKS) });
  expect(submitting).toMatchObject({ code: 0, stderr: '' });
  const { first, count }: { first: TaskId; count: number } = JSON.parse(submitting.stdout);
  expect(count).toBe(TASKS);

  await lab.programs.startWorker(lab.server, { concurrency: 500, prefetch: 500, flags: ['--executor', 'noop'] });
  const startedAt = performance.now();
  const done = untilSucceeded(TASKS).then(() => performance.now() - startedAt);
  const { list, node } = await listWhile(done);
  const lives = TASKS / ((await done) / 1_000);
  const memory = await peakMemory(lab.server.program.pid);
  console.log(
    `100,000 tasks: ${Math.round((TASKS / submitting.took) * 1_000)} submitted/s, ${Math.round(lives)} lives/s, server ` +
      `${memory?.toFixed(0)} MB; task list ${list.toFixed(0)} ms, node -e 0 ${node.toFixed(0)} ms`,
  );

  await expectEachSucceededOnce(first);
  expect(list, `ms of task list, where node -e 0 takes ${node.toFixed(0)} ms`).toBeLessThan(
    Math.max(LIST_LIMIT, 4 * node),
  );
  expect(lives).toBeGreaterThan(SLOWEST);
  if (memory !== undefined) expect(memory).toBeLessThan(MEMORY_LIMIT);
});

function* lines(count: number): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    yield `{"command":["process","--sample","${index}"],"name":"sample ${index}"}\n`;
  }
}

/** By the counters that the window shows. Rejects when a task fails, or after 150 s. */
async function untilSucceeded(count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let last: StatusCounts | undefined;
  const counters = lab.server.api.counters.watch.subscribe(undefined, {
    onData: ({ tasks }) => {
      last = tasks;
      if (tasks.S === count) resolve();
      if (tasks.F > 0) reject(new Error(`tasks have failed: ${inspect(tasks)}`));
    },
    onError: reject,
  });
  const late = setTimeout(() => reject(new Error(`not done after 150 s: ${inspect(last)}`)), 150_000);
  try {
    await promise;
  } finally {
    clearTimeout(late);
    counters.unsubscribe();
  }
}

/** Medians, in ms, of whole runs of `scitq task list` and of `node -e 0`, in turn, as long as `over` has not come. */
async function listWhile(over: Promise<unknown>): Promise<{ list: number; node: number }> {
  let isOver = false;
  void over.then(() => {
    isOver = true;
  });
  const list: number[] = [];
  const node: number[] = [];
  for (let run = 0; run < MEASURED; run += 1) {
    node.push(await timed(() => promisify(execFile)(process.execPath, ['-e', '0'])));
    const listed = await lab.scitq(['--quiet', 'task', 'list']);
    expect({ code: listed.code, lines: listed.stdout.split('\n').length, isOver }).toEqual({
      code: 0,
      lines: 21,
      isOver: false,
    });
    list.push(listed.took);
  }
  return { list: median(list), node: median(node) };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** By the tasks, one by one, and by what the worker was given. */
async function expectEachSucceededOnce(first: TaskId): Promise<void> {
  let expected = first + TASKS - 1;
  for (let before: TaskId | undefined, more = true; more; ) {
    const page = await lab.server.api.task.list.query({ limit: 1_000, before, showHidden: true });
    const wrong = page.tasks.find(
      ({ id, status, attempt }, index) => id !== expected - index || status !== 'S' || attempt !== 1,
    );
    expect(wrong).toBeUndefined();
    expected -= page.tasks.length;
    before = page.tasks.at(-1)?.id;
    more = page.more;
  }
  expect(expected, 'all ids were seen').toBe(first - 1);
  const workers: WorkerSummary[] = JSON.parse(await lab.print('--json', 'worker', 'list'));
  expect(workers).toMatchObject([{ succeeded: TASKS, failed: 0, running: 0, assigned: 0 }]);
}
