import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSqliteStore } from './index.ts';
import { withFolder } from './test-folder.ts';

const PROGRAM = fileURLToPath(new URL('test-write-until-killed.ts', import.meta.url));

test.each([1, 10, 200])(
  'killed after %i acknowledged writes, a server has lost none of them, and none by half',
  async (enough) => {
    await using folder = await withFolder();
    await using server = startServer(folder.file);
    const acknowledged = await server.linesUntil((lines) => lines.length > enough);
    // What it printed between the line that we acted upon and its death counts too.
    const names = [...acknowledged, ...(await server.kill())].filter((line) => line !== 'ready');
    await using store = await openSqliteStore({ file: folder.file });
    expect(names.length).toBeGreaterThanOrEqual(enough);
    for (const name of names) expect(await tasksOf(store, name)).toBe(3);
    const last = names.length;
    for (let unit = last; unit < last + 8; unit += 1) expect([0, 3]).toContain(await tasksOf(store, `${unit}`));
  },
);

test('a second server on the same database is refused until the first is dead, however it died', async () => {
  await using folder = await withFolder();
  await using first = startServer(folder.file);
  await first.linesUntil((lines) => lines.includes('ready'));
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject({
    report: {
      code: 'UNAVAILABLE',
      message: `Another scitq server (process ${first.pid}) uses the database ${folder.file}.`,
      hint: expect.stringContaining('Stop that server'),
    },
  });
  await first.kill();
  await using second = await openSqliteStore({ file: folder.file });
  expect(await second.read.batches()).toHaveLength(1);
});

test('one process cannot open a database twice, but again', async () => {
  await using folder = await withFolder();
  const first = await openSqliteStore({ file: folder.file });
  const refused = { report: { message: expect.stringContaining(`process ${process.pid}`) } };
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject(refused);
  await expect(openSqliteStore({ file: folder.file })).rejects.toMatchObject(refused);
  await first.close();
  await (await openSqliteStore({ file: folder.file })).close();
});

async function tasksOf(store: Awaited<ReturnType<typeof openSqliteStore>>, name: string): Promise<number> {
  return (await store.read.listTasks({ limit: 10, offset: 0, name })).tasks.length;
}

/** A real server process, as far as the store goes; its lines are what it acknowledged. */
function startServer(file: string) {
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const line = await lines.next();
    return line.done ? undefined : line.value;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
    const rest: string[] = [];
    for (let line = await next(); line !== undefined; line = await next()) rest.push(line);
    return rest;
  };
  return {
    pid: child.pid,
    async linesUntil(enough: (lines: readonly string[]) => boolean): Promise<string[]> {
      const seen: string[] = [];
      while (!enough(seen)) {
        const line = await next();
        if (line === undefined) throw new Error(`the server ended after ${seen.length} lines`);
        seen.push(line);
      }
      return seen;
    },
    kill,
    [Symbol.asyncDispose]: async () => {
      await kill();
    },
  };
}
