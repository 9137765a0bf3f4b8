import { describe, expect, test } from 'vitest';
import { WorkerId } from '#core/contract/ids.ts';
import type { Store, TokenRow } from '../store.ts';
import { addBatch, addWorker } from './sample.ts';

export function describeRecords(open: () => Promise<Store>): void {
  describe('batches, workers, tokens and submissions', () => {
    test('a batch is found by its name and listed', async () => {
      await using store = await open();
      const made = await store.write((tx) => tx.insertBatch('assembly', 1));
      expect(made).toEqual({ id: made.id, name: 'assembly', paused: false });
      expect(await store.write((tx) => tx.batchByName('assembly'))).toEqual(made);
      expect(await store.write((tx) => tx.batchByName('Assembly'))).toBeUndefined();
      expect(await store.read.batches()).toEqual([made]);
    });

    test('a worker is kept as it was written last', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const worker = await addWorker(store, batchId);
      expect(worker).toMatchObject({ name: 'node1', lastSeq: 0, status: 'running' });
      const changed = { ...worker, status: 'offline', lastSeq: 17, concurrency: 0, lastContactAt: 9 } as const;
      await store.write((tx) => tx.writeWorker(changed));
      expect(await store.write((tx) => tx.worker(worker.id))).toEqual(changed);
      expect(await store.read.workers()).toEqual([changed]);
      const nowhere = WorkerId.parse(999);
      expect(await store.write((tx) => tx.worker(nowhere))).toBeUndefined();
      await expect(store.write((tx) => tx.writeWorker({ ...worker, id: nowhere }))).rejects.toThrow('999');
    });

    test('workers of one name are told apart', async () => {
      await using store = await open();
      const batchId = await addBatch(store);
      const names: string[] = [];
      for (const name of ['node', 'node', 'node-2', 'node']) names.push((await addWorker(store, batchId, name)).name);
      expect(names).toEqual(['node', 'node-2', 'node-2-2', 'node-3']);
    });

    test('a token is found by its hash', async () => {
      await using store = await open();
      const tokens: TokenRow[] = [
        { kind: 'administrator' },
        { kind: 'enrolment' },
        { kind: 'worker', workerId: WorkerId.parse(3) },
      ];
      for (const [index, token] of tokens.entries()) {
        await store.write((tx) => tx.insertToken(hash(index), token, 1));
      }
      expect(await Promise.all([0, 1, 2, 3].map((index) => store.read.token(hash(index))))).toEqual([
        ...tokens,
        undefined,
      ]);
    });

    test('parts of a submission are kept, replaced and forgotten', async () => {
      await using store = await open();
      await store.write(async (tx) => {
        await tx.putSubmissionPart('one', 0, '[]', 10);
        await tx.putSubmissionPart('one', 0, '[{"command":"é"}]', 11);
        await tx.putSubmissionPart('one', 1, 'x', 12);
        await tx.putSubmissionPart('two', 0, 'y', 12);
        expect(await tx.submissionPart('one', 0)).toBe('[{"command":"é"}]');
        await tx.deleteSubmission('one');
        expect(await tx.submissionPart('one', 0)).toBeUndefined();
        expect(await tx.submissionPart('one', 1)).toBeUndefined();
        expect(await tx.submissionPart('two', 0)).toBe('y');
      });
    });

    test('a submission that is still being sent keeps its old parts', async () => {
      await using store = await open();
      await store.write(async (tx) => {
        await tx.putSubmissionPart('slow', 0, 'first', 10);
        await tx.putSubmissionPart('slow', 1, 'second', 30);
        await tx.putSubmissionPart('left', 0, 'first', 19);
        await tx.deleteSubmissionsBefore(20);
        expect(await tx.submissionPart('slow', 0)).toBe('first');
        expect(await tx.submissionPart('left', 0)).toBeUndefined();
      });
    });
  });
}

function hash(seed: number): Uint8Array {
  return new Uint8Array(32).fill(seed + 1);
}
