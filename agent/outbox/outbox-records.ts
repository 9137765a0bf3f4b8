import { z } from 'zod';

/** What an outbox writes into its journal. A journal begins with `opened`. */
const stored = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('opened'), id: z.string(), bootId: z.string(), acknowledged: z.int().min(0) }),
  z.object({ kind: z.literal('report'), seq: z.int().min(1), report: z.unknown() }),
  z.object({ kind: z.literal('acknowledged'), seq: z.int().min(0) }),
]);
export type Stored = z.infer<typeof stored>;

/** What a journal says of an outbox. */
export interface Restored<R> {
  id: string | undefined;
  bootId: string | undefined;
  /** Those not acknowledged; the first has number `firstSeq`. */
  reports: R[];
  firstSeq: number;
}

export function parseStored(value: unknown): Stored {
  return stored.parse(value);
}

/** Throws when the record doesn't follow from those before it, which makes the journal damaged from there on. */
export function restore<R>(restored: Restored<R>, record: Stored, parse: (value: unknown) => R): void {
  switch (record.kind) {
    case 'opened':
      restored.id = record.id;
      restored.bootId = record.bootId;
      restored.firstSeq = record.acknowledged + 1;
      restored.reports = [];
      return;
    case 'report': {
      const expected = restored.firstSeq + restored.reports.length;
      if (record.seq !== expected) throw new Error(`report ${record.seq} stands where ${expected} should`);
      restored.reports.push(parse(record.report));
      return;
    }
    case 'acknowledged':
      restored.reports.splice(0, record.seq + 1 - restored.firstSeq);
      restored.firstSeq = Math.max(restored.firstSeq, record.seq + 1);
  }
}
