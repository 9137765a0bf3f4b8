import { expect } from 'vitest';
import type { StatusCounts } from '#core/contract/counters.ts';
import type { TaskDetail, TaskSummary } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import { STATUSES } from '#core/task/status.ts';
import type { ServerProgram } from '#e2e/programs/server-program.ts';

const PAGE = 1_000;

/** Every task that the server knows, hidden ones too, oldest first. */
export async function allTasks({ api }: ServerProgram): Promise<TaskSummary[]> {
  const found: TaskSummary[] = [];
  for (;;) {
    const before = found.at(-1)?.id;
    const { tasks, more } = await api.task.list.query({
      limit: PAGE,
      offset: 0,
      showHidden: true,
      ...(before !== undefined && { before }),
    });
    found.push(...tasks);
    if (!more) return found.reverse();
  }
}

export async function show({ api }: ServerProgram, ids: readonly TaskId[]): Promise<TaskDetail[]> {
  return Promise.all(ids.map((id) => api.task.show.query({ id })));
}

/** The whole of what an attempt printed on a stream. */
export async function logOf(
  { api }: ServerProgram,
  id: TaskId,
  stream: 'stdout' | 'stderr',
  attempt?: number,
): Promise<string> {
  const wanted = { id, stream, offset: 0, limit: 4_194_304, ...(attempt !== undefined && { attempt }) };
  const { data, size } = await api.task.log.query(wanted);
  const bytes = Buffer.from(data, 'base64');
  expect(bytes.length, `log of task ${id} in one piece`).toBe(size);
  return bytes.toString();
}

/** The counters, which are kept by following changes, say what a count of the tasks and executions says. */
export async function expectCountersToBeTrue(server: ServerProgram): Promise<void> {
  const tasks = await allTasks(server);
  const counted: StatusCounts = { I: 0, W: 0, P: 0, A: 0, C: 0, D: 0, O: 0, R: 0, Z: 0, U: 0, V: 0, S: 0, F: 0, X: 0 };
  for (const { status, hidden } of tasks) if (!hidden) counted[status] += 1;
  const { tasks: counters } = await server.api.status.query();
  expect(counters).toEqual(counted);

  const batches = await server.api.batch.list.query();
  for (const status of STATUSES) {
    const sum = batches.reduce((total, batch) => total + batch.tasks[status], 0);
    expect(sum, `batches' counters of ${status}`).toBe(counted[status]);
  }

  const begun = tasks.filter(({ attempt }) => attempt > 0).map(({ id }) => id);
  const details = await show(server, begun);
  const executions = details.flatMap((task) => task.executions);
  for (const worker of await server.api.worker.list.query()) {
    const outcomes = executions.filter(({ workerId }) => workerId === worker.id).map(({ outcome }) => outcome);
    const count = (wanted: string) => outcomes.filter((outcome) => outcome === wanted).length;
    expect(worker, worker.name).toMatchObject({ succeeded: count('succeeded'), failed: count('failed') });
    expect(worker.assigned + worker.accepted + worker.running, `${worker.name} open`).toBe(count('open'));
  }
}
