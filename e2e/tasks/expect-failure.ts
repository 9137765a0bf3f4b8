import { expect } from 'vitest';
import type { TaskDetail } from '#core/contract/task.ts';
import type { FailureClass } from '#core/task/failure.ts';
import type { Lab } from './lab.ts';

export interface ExpectedFailure {
  failure: FailureClass;
  /** Absent: nothing ran that could have left one, or it was stopped before it did. */
  exitCode?: number;
  /** What the reason has to say. */
  says: RegExp;
}

/** The task has failed in this way, for programs that ask and for a person who reads `scitq task show`. */
export async function expectFailure(lab: Lab, task: TaskDetail, expected: ExpectedFailure): Promise<void> {
  const { failure, exitCode, says } = expected;
  const { status, message = '' } = task;
  expect({ status, failure: task.failure, exitCode: task.exitCode }).toEqual({ status: 'F', failure, exitCode });
  expect(message).toMatch(says);
  const page = await lab.print('task', 'show', String(task.id));
  expect(page).toMatch(/^status +F failed/m);
  expect(page).toMatch(new RegExp(`^failure +${failure}${exitCode === undefined ? '' : `, exit ${exitCode}`}$`, 'm'));
  expect(page).toMatch(/^reason +\S/m);
  expect(page).toContain(message);
}
