import { ScitqError } from '#core/contract/errors.ts';
import type { NewTask } from '#core/contract/task.ts';
import type { Store, Transaction } from '#server/store/store.ts';
import { checkUris } from './check-uris.ts';
import { commandOf } from './normalise.ts';
import type { Submitted, TaskSource } from './submit.ts';
import { submit } from './submit.ts';

/** A part that was staged and whose submission was not committed within this time is forgotten, in milliseconds. */
export const STAGED_FOR = 3_600_000;

/**
 * Keeps one part of a long submission until {@link commitStaged}. A part may be sent again; the last one counts.
 * Commands and URIs are checked here already, so that a mistake shows before the whole file has been sent.
 */
export async function stage(
  store: Store,
  part: { submission: string; part: number; tasks: readonly NewTask[] },
  now: () => number,
): Promise<void> {
  part.tasks.forEach((task, index) => {
    commandOf(task, index);
    checkUris(task, index);
  });
  const tasks = JSON.stringify(part.tasks);
  await store.write((tx) => tx.putSubmissionPart(part.submission, part.part, tasks, now()));
}

/** Queues all parts of a staged submission in one transaction. Throws as {@link submit} does, and keeps nothing then. */
export async function commitStaged(
  store: Store,
  commit: { submission: string; parts: number; batch?: string | undefined },
  now: () => number,
): Promise<Submitted> {
  try {
    return await submit(store, stagedParts(commit.submission, commit.parts), { batch: commit.batch, now });
  } finally {
    await store.write((tx) => tx.deleteSubmission(commit.submission));
  }
}

function stagedParts(submission: string, parts: number): TaskSource {
  return {
    parts,
    async part(tx: Transaction, part: number): Promise<readonly NewTask[]> {
      const text = await tx.submissionPart(submission, part);
      if (text === undefined) {
        throw new ScitqError('UNKNOWN_SUBMISSION', `Part ${part} of submission ${submission} is not here.`, {
          hint: 'Send all parts again; staged parts are kept for an hour.',
        });
      }
      // It was validated when it was staged.
      const tasks: NewTask[] = JSON.parse(text);
      return tasks;
    },
  };
}
