import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from './journal.ts';
import { encodeRecord, readRecords } from './journal-format.ts';

const anything = (value: unknown): unknown => value;
const aRecord = fc.jsonValue({ maxDepth: 2 }).map((value) => ({ value }));

let folder = '';
let path = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journal-'));
  path = join(folder, 'a.journal');
});
afterEach(() => rm(folder, { recursive: true }));

describe('what a file can be trusted for', () => {
  test('cut anywhere, it opens to the records that are whole, and counts as torn at most', () => {
    fc.assert(
      fc.property(fc.array(aRecord, { maxLength: 6 }), fc.nat(), (records, cut) => {
        const file = Buffer.from(records.map(encodeRecord).join(''));
        const reading = readRecords(file.subarray(0, cut % (file.length + 1)), anything);
        expect(jsonOf(records.slice(0, reading.records.length))).toEqual(jsonOf(reading.records));
        expect(reading.soundness).not.toBe('damaged');
      }),
    );
  });

  test('one altered byte in the last record costs that record alone', () => {
    fc.assert(
      fc.property(
        fc.array(aRecord, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (records, at, by) => {
          const before = Buffer.from(records.slice(0, -1).map(encodeRecord).join(''));
          const file = Buffer.from(records.map(encodeRecord).join(''));
          const altered = before.length + (at % (file.length - before.length));
          file[altered] = (file[altered] ?? 0) ^ by;
          const reading = readRecords(file, anything);
          expect(jsonOf(reading.records)).toEqual(jsonOf(records.slice(0, -1)));
          expect(reading.goodBytes).toBe(before.length);
          expect(reading.soundness).toBe('torn');
        },
      ),
    );
  });
});

describe('a journal on disk', () => {
  test('keeps what was appended, in order, and a torn end is cut off when it opens', async () => {
    const first = await openJournal({ path, parse: Number });
    await Promise.all([first.journal.append(1), first.journal.append(2)]);
    await first.journal.append(3);
    await first.journal.close();
    await appendFile(path, encodeRecord(4).slice(0, 12));
    const second = await openJournal({ path, parse: Number });
    expect(second).toMatchObject({ records: [1, 2, 3] });
    expect(second.warning).toBeUndefined();
    await second.journal.append(5);
    await second.journal.close();
    const third = await openJournal({ path, parse: Number });
    expect(third.records).toEqual([1, 2, 3, 5]);
    await third.journal.close();
  });

  test('what is appended in one turn is one write', async () => {
    const { journal } = await openJournal({ path, parse: Number });
    const appended = Array.from({ length: 100 }, (_, n) => journal.append(n));
    expect(new Set(appended).size).toBe(1);
    await Promise.all(appended);
    expect((await stat(path)).size).toBe(journal.bytes);
    await journal.close();
  });

  test('damage in the middle: what is before it stays, the rest is moved aside with a warning', async () => {
    const records = [1, 2, 3, 4].map(encodeRecord);
    const altered = records.with(1, (records[1] ?? '').replace('2\n', '7\n')).join('');
    await writeFile(path, altered);
    const opened = await openJournal({ path, parse: Number });
    expect(opened.records).toEqual([1]);
    expect(opened.warning).toContain(`${path}.damaged`);
    await opened.journal.append(9);
    await opened.journal.close();
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(altered.slice((records[0] ?? '').length));
    const again = await openJournal({ path, parse: Number });
    expect(again).toMatchObject({ records: [1, 9] });
    await again.journal.close();
  });

  test('a record that is intact but not understood is not thrown away', async () => {
    await writeFile(path, encodeRecord({ from: 'a later version' }));
    const opened = await openJournal({
      path,
      parse: () => {
        throw new Error('unknown kind');
      },
    });
    expect(opened.warning).toContain('unknown kind');
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe(encodeRecord({ from: 'a later version' }));
    await opened.journal.close();
  });

  test('rewriting keeps the live records and what is appended meanwhile', async () => {
    const { journal } = await openJournal({ path, parse: Number, fdatasync: true });
    for (let n = 0; n < 50; n++) void journal.append(n);
    const rewritten = journal.rewrite([48, 49]);
    const during = [journal.append(50), journal.append(51)];
    await rewritten;
    await Promise.all([...during, journal.append(52)]);
    expect(journal.bytes).toBe((await stat(path)).size);
    await journal.close();
    const opened = await openJournal({ path, parse: Number });
    expect(opened.records).toEqual([48, 49, 50, 51, 52]);
    await opened.journal.close();
    expect(await readdir(folder)).toEqual(['a.journal']);
  });

  test('a rewrite that cannot be done leaves the journal as it was', async () => {
    const { journal } = await openJournal<unknown>({ path, parse: anything });
    await journal.append(1);
    await expect(journal.rewrite([() => 'not JSON'])).rejects.toThrow('could not be written');
    await journal.append(2);
    await journal.close();
    const opened = await openJournal({ path, parse: Number });
    expect(opened.records).toEqual([1, 2]);
    await opened.journal.close();
  });
});

function jsonOf(records: readonly unknown[]): unknown {
  return JSON.parse(JSON.stringify(records));
}
