import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OutboxFull, openOutbox } from './outbox.ts';

const report = z.object({ n: z.number() });

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outbox-'));
});
afterEach(() => rm(folder, { recursive: true }));

function open(options: { maxPending?: number; bootId?: string; compactAt?: number } = {}) {
  return openOutbox({ folder, parse: (value) => report.parse(value), maxPending: 100_000, bootId: 'boot', ...options });
}

test('reports are numbered from 1, kept over a restart, and gone once acknowledged', async () => {
  const first = (await open()).outbox;
  expect([first.add({ n: 10 }), first.add({ n: 20 }), first.add({ n: 30 })]).toEqual([1, 2, 3]);
  await first.flushed();
  first.acknowledged(1);
  await first.close();

  const second = (await open()).outbox;
  expect(second.id).toBe(first.id);
  expect(second.pending(10)).toEqual([
    { seq: 2, report: { n: 20 } },
    { seq: 3, report: { n: 30 } },
  ]);
  expect(second.pending(1)).toHaveLength(1);
  expect(second.nextSeq).toBe(4);
  second.acknowledged(3);
  await second.close();

  const third = (await open()).outbox;
  expect(third.pending(10)).toEqual([]);
  expect(third.add({ n: 40 })).toBe(4);
  await third.close();
});

test('a report is pending only once it is in the journal, and the listener is told once per write', async () => {
  const { outbox } = await open();
  let told = 0;
  const stop = outbox.onPending(() => {
    told++;
  });
  outbox.add({ n: 1 });
  outbox.add({ n: 2 });
  expect(outbox.pending(10)).toEqual([]);
  await outbox.flushed();
  expect(outbox.pending(10)).toHaveLength(2);
  expect(told).toBe(1);
  stop();
  outbox.add({ n: 3 });
  await outbox.flushed();
  expect(told).toBe(1);
  await outbox.close();
});

test('it is bounded, and has room again once reports are acknowledged', async () => {
  const { outbox } = await open({ maxPending: 2 });
  outbox.add({ n: 1 });
  outbox.add({ n: 2 });
  expect(outbox.room).toBe(0);
  expect(() => outbox.add({ n: 3 })).toThrow(OutboxFull);
  await outbox.flushed();
  outbox.acknowledged(1);
  expect(outbox.add({ n: 3 })).toBe(3);
  expect(() => outbox.acknowledged(4)).toThrow(RangeError);
  await outbox.close();
});

test('any history of adding, acknowledging, compacting and reopening keeps the pending reports', async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 1, max: 5 }) }),
    fc.record({ kind: fc.constant('acknowledge' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ kind: fc.constant('flush' as const) }),
    fc.record({ kind: fc.constant('reopen' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await rm(join(folder, 'outbox.journal'), { force: true });
      let { outbox } = await open({ compactAt: 400 });
      let acknowledged = 0;
      let added = 0;
      for (const step of steps) {
        if (step.kind === 'add') for (let n = 0; n < step.count; n++) expect(outbox.add({ n: ++added })).toBe(added);
        if (step.kind === 'flush') await outbox.flushed();
        if (step.kind === 'acknowledge') {
          const pending = outbox.pending(1000);
          acknowledged = pending[Math.floor(step.share * (pending.length - 1))]?.seq ?? acknowledged;
          outbox.acknowledged(acknowledged);
        }
        if (step.kind === 'reopen') {
          await outbox.close();
          ({ outbox } = await open({ compactAt: 400 }));
        }
      }
      await outbox.flushed();
      const expected = Array.from({ length: added - acknowledged }, (_, i) => acknowledged + 1 + i);
      expect(outbox.pending(1000)).toEqual(expected.map((n) => ({ seq: n, report: { n } })));
      await outbox.close();
    }),
    { numRuns: 60 },
  );
});

describe('numbers that the server knows and the outbox does not', () => {
  test('skipTo numbers what is pending anew, durably', async () => {
    const { outbox } = await open();
    outbox.add({ n: 1 });
    outbox.add({ n: 2 });
    await outbox.flushed();
    await expect(outbox.skipTo(1)).rejects.toThrow(RangeError);
    await outbox.skipTo(70);
    const renumbered = [
      { seq: 71, report: { n: 1 } },
      { seq: 72, report: { n: 2 } },
    ];
    expect(outbox.pending(10)).toEqual(renumbered);
    await outbox.close();
    const again = (await open()).outbox;
    expect(again.pending(10)).toEqual(renumbered);
    await again.close();
  });

  test('a restarted machine, or a damaged journal, begins a new run of numbers with what is left', async () => {
    const first = (await open()).outbox;
    for (let n = 1; n <= 5; n++) first.add({ n });
    await first.flushed();
    first.acknowledged(2);
    await first.close();

    const second = (await open({ bootId: 'after a power cut' })).outbox;
    expect(second.id).not.toBe(first.id);
    expect(second.pending(10).map(({ seq, report }) => [seq, report.n])).toEqual([
      [1, 3],
      [2, 4],
      [3, 5],
    ]);
    await second.close();

    const path = join(folder, 'outbox.journal');
    const lines = (await readFile(path, 'utf8')).split('\n');
    await writeFile(path, lines.with(2, 'x').join('\n'));
    const third = await open({ bootId: 'after a power cut' });
    expect(third.warning).toContain('.damaged');
    expect(third.outbox.id).not.toBe(second.id);
    expect(third.outbox.pending(10).map(({ seq, report }) => [seq, report.n])).toEqual([[1, 3]]);
    await third.outbox.close();
  });
});

test.skipIf(process.platform !== 'linux')(
  'a full disk: reports stay, are not shown, and are written once there is room',
  async () => {
    const limit = join(folder, 'limited.ts');
    await writeFile(
      limit,
      `import { openOutbox } from ${JSON.stringify(join(import.meta.dirname, 'outbox.ts'))};
     import { execFileSync } from 'node:child_process';
     process.on('SIGXFSZ', () => {});
     const { outbox } = await openOutbox({ folder: process.argv[2], parse: (v) => v, maxPending: 100, bootId: 'b' });
     const limit = (size) => execFileSync('prlimit', ['--pid', String(process.pid), '--fsize=' + size]);
     outbox.add('before'); await outbox.flushed();
     limit('600:unlimited');
     outbox.add('x'.repeat(1000));
     const error = await outbox.flushed().catch((error) => error);
     outbox.add('after'); await outbox.flushed().catch(() => {});
     const shown = outbox.pending(10).length;
     limit('unlimited:unlimited');
     await new Promise((resolve) => outbox.onPending(resolve));
     console.log(JSON.stringify({ error: error.message, shown, seqs: outbox.pending(10).map((p) => p.seq) }));
     await outbox.close();`,
    );
    const child = spawn(process.execPath, [limit, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = await Promise.all([child.stdout.toArray(), once(child, 'close')]);
    const seen = z
      .object({ error: z.string(), shown: z.number(), seqs: z.array(z.number()) })
      .parse(JSON.parse(output.join('')));
    expect(seen).toMatchObject({ shown: 1, seqs: [1, 2, 3] });
    expect(seen.error).toContain('could not be written');
  },
);

test('kill -9 while it writes: every flushed report is there, in order, without a gap', {
  timeout: 60_000,
}, async () => {
  let flushed = 0;
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'test-writer.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    const killAfter = flushed + 200 + 137 * round;
    for await (const chunk of child.stdout) {
      printed += chunk;
      const last = Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
      if (last >= killAfter) child.kill('SIGKILL');
    }
    flushed = Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
    if (round % 2 === 0) await appendFile(join(folder, 'outbox.journal'), '000000ff 12');

    const opened = await openOutbox({
      folder,
      parse: (value) => report.parse(value),
      maxPending: 1e6,
      bootId: 'the same',
    });
    expect(opened.warning).toBeUndefined();
    const pending = opened.outbox.pending(1e6);
    const from = pending[0]?.seq ?? 0;
    expect(from).toBeLessThanOrEqual(Math.max(1, flushed));
    expect(pending.map(({ seq }) => seq)).toEqual(pending.map((_, i) => from + i));
    expect(pending.every(({ seq, report }) => report.n === seq)).toBe(true);
    expect(opened.outbox.nextSeq).toBeGreaterThan(flushed);
    flushed = opened.outbox.nextSeq - 1;
    await opened.outbox.close();
  }
});
