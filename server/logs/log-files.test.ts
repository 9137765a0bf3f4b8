import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExecutionId } from '#core/contract/ids.ts';
import { LogFiles } from './log-files.ts';

const id = (number: number) => ExecutionId.parse(number);

async function makeLogs() {
  const folder = await mkdtemp(join(tmpdir(), 'scitq-logs-'));
  const logs = new LogFiles(folder);
  return {
    folder,
    logs,
    async [Symbol.asyncDispose]() {
      await logs.close();
      await rm(folder, { recursive: true });
    },
  };
}

const text = async (logs: LogFiles, execution: number) =>
  (await logs.read(id(execution), 'stdout', 0, 1_000_000)).data.toString();

describe('log files', () => {
  test('store each byte once, whatever pieces are sent again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.array(fc.tuple(fc.nat(300), fc.nat(120)), { maxLength: 30 }),
        async (content, pieces) => {
          await using on = await makeLogs();
          const bytes = Buffer.from(content);
          for (const [offset, length] of pieces)
            await on.logs.append(id(1), 'stdout', offset, bytes.subarray(offset, offset + length));
          const size = await on.logs.size(id(1), 'stdout');
          await on.logs.append(id(1), 'stdout', size, bytes.subarray(size));
          expect(Buffer.compare((await on.logs.read(id(1), 'stdout', 0, 1_000)).data, bytes)).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('a piece beyond the end is not stored; the size says where to go on', async () => {
    await using on = await makeLogs();
    expect(await on.logs.append(id(1), 'stdout', 0, Buffer.from('abc'))).toBe(3);
    expect(await on.logs.append(id(1), 'stdout', 5, Buffer.from('fgh'))).toBe(3);
    expect(await text(on.logs, 1)).toBe('abc');
  });

  test('pieces that arrive at once are stored in the order they were given', async () => {
    await using on = await makeLogs();
    await Promise.all(
      Array.from('abcdefgh', (char, offset) => on.logs.append(id(1), 'stdout', offset, Buffer.from(char))),
    );
    expect(await text(on.logs, 1)).toBe('abcdefgh');
  });

  test('more executions than files may be open lose nothing', async () => {
    await using on = await makeLogs();
    for (const round of [0, 1]) {
      await Promise.all(
        Array.from({ length: 400 }, (_, index) =>
          on.logs.append(id(index + 1), 'stdout', round * 2, Buffer.from(`${round};`)),
        ),
      );
    }
    for (const execution of [1, 200, 400]) expect(await text(on.logs, execution)).toBe('0;1;');
  });

  test('are there again for the next server, with their size', async () => {
    await using on = await makeLogs();
    await on.logs.append(id(1), 'stderr', 0, Buffer.from('one'));
    await on.logs.settle([id(1)]);
    const next = new LogFiles(on.folder);
    expect(await next.size(id(1), 'stderr')).toBe(3);
    expect(await next.append(id(1), 'stderr', 3, Buffer.from('two'))).toBe(6);
    await next.close();
    expect((await on.logs.read(id(1), 'stderr', -3, 10)).data.toString()).toBe('two');
  });

  test('tell whoever follows when there is more, until it stops', async () => {
    await using on = await makeLogs();
    let told = 0;
    const stop = on.logs.onAppend(id(1), () => {
      told += 1;
    });
    await on.logs.append(id(1), 'stdout', 0, Buffer.from('a'));
    await on.logs.append(id(2), 'stdout', 0, Buffer.from('a'));
    stop();
    await on.logs.append(id(1), 'stdout', 1, Buffer.from('b'));
    expect(told).toBe(1);
  });
});
