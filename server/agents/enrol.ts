import type { Enrolled, Enrolment } from '#core/contract/agent.ts';
import { issueToken } from '#server/auth/tokens.ts';
import type { Store } from '#server/store/store.ts';
import { DEFAULT_BATCH, ensureBatch } from '#server/tasks/submit.ts';

/**
 * Takes a new worker in: a row, and a token of its own. A name that is in use gets a number behind it, so that two
 * machines called `node1` can be told apart.
 */
export async function enrol(store: Store, enrolment: Enrolment, now: () => number): Promise<Enrolled> {
  return store.write(async (tx) => {
    const at = now();
    const batchId = await ensureBatch(tx, enrolment.batch ?? DEFAULT_BATCH, at);
    const worker = await tx.insertWorker({
      name: enrolment.name,
      batchId,
      status: 'offline',
      concurrency: enrolment.concurrency,
      prefetch: enrolment.prefetch,
      version: enrolment.version,
      createdAt: at,
      lastContactAt: at,
    });
    tx.publish({ kind: 'worker', worker });
    return { workerId: worker.id, token: await issueToken(tx, { kind: 'worker', workerId: worker.id }, at) };
  });
}
