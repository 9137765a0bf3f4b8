import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect } from 'vitest';
import type { Finished } from '#e2e/programs/finished.ts';
import type { Programs } from '#e2e/programs/programs.ts';
import { test } from '#e2e/programs/test.ts';
import { untilDone } from '#e2e/programs/until.ts';

/** It said in a few words what is wrong, without a page of the program's inside, and is gone. */
async function expectRefusal(programs: Programs, refused: Finished, code: number, ...words: RegExp[]): Promise<void> {
  expect({ code: refused.code, signal: refused.signal }, refused.stderr).toEqual({ code, signal: null });
  expect(refused.stdout).toBe('');
  for (const word of words) expect(refused.stderr).toMatch(word);
  expect(refused.stderr.trim().split('\n').length, refused.stderr).toBeLessThanOrEqual(3);
  expect(refused.stderr).not.toMatch(/^\s+at |Error:|undefined/m);
  expect(await programs.living()).toEqual([]);
}

describe('a server', () => {
  test('refuses a data folder that is a file, or cannot be made', async ({ programs }) => {
    const file = join(programs.root, 'file');
    await writeFile(file, '');
    for (const data of [file, join(file, 'below'), '/proc/scitq-data']) {
      const refused = await programs.run('scitq-server', ['--port', '0', '--data', data]);
      await expectRefusal(programs, refused, 1, /data folder/, new RegExp(data), /--data/);
    }
  });

  test('refuses a port that is taken', async ({ programs }) => {
    await using other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const refused = await programs.run('scitq-server', ['--port', String(port), '--data', join(programs.root, 'data')]);
    await expectRefusal(programs, refused, 1, new RegExp(`Port ${port}`), /taken/, /--port/);
    expect(await readdir(join(programs.root, 'data'))).not.toContain('server.json');
  });

  test('refuses data that another server uses, which notices nothing', async ({ programs }) => {
    const server = await programs.startServer();
    const refused = await programs.run('scitq-server', ['--port', '0', '--data', server.data]);
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`process ${server.program.pid}\\b`));
    expect(refused.stderr).toMatch(/--data/);
    expect((await programs.living()).map(({ pid }) => pid)).toEqual([server.program.pid]);

    await programs.startWorker(server);
    const { first } = await server.api.task.submit.mutate({ tasks: [{ command: 'true' }] });
    await untilDone(server, { ids: [first] });
    const { code, stderr } = await programs.runCli(['status'], { server });
    expect(code, stderr).toBe(0);
  });

  test('refuses a database that a newer one made, and leaves it as it is', async ({ programs }) => {
    const server = await programs.startServer();
    await server.api.task.submit.mutate({ tasks: [{ command: 'true' }] });
    await server.kill('SIGTERM');
    const file = join(server.data, 'scitq.sqlite');
    withDatabase(file, (database) => database.pragma('user_version = 9999'));
    const refused = await programs.run('scitq-server', ['--port', '0', '--data', server.data]);
    await expectRefusal(programs, refused, 1, /newer scitq/, /9999/, /--data/);
    withDatabase(file, (database) => {
      expect(database.pragma('user_version', { simple: true })).toBe(9999);
      expect(database.prepare('SELECT COUNT(*) FROM task').pluck().get()).toBe(1);
    });
  });

  test('refuses a file that is no database', async ({ programs }) => {
    const data = await programs.folder('data');
    await writeFile(join(data, 'scitq.sqlite'), 'a letter to my aunt, kept under an unfortunate name\n'.repeat(100));
    const refused = await programs.run('scitq-server', ['--port', '0', '--data', data]);
    await expectRefusal(programs, refused, 1, /scitq\.sqlite/, /--data/);
  });
});

describe('an agent', () => {
  test('refuses a folder that is a file, or cannot be made', async ({ programs }) => {
    const file = join(programs.root, 'file');
    await writeFile(file, '');
    for (const data of [file, '/proc/scitq-data']) {
      const refused = await programs.run('scitq-worker', ['-s', 'localhost:9', '--enrol', 'x', '--data', data]);
      await expectRefusal(programs, refused, 1, new RegExp(data), /--data/);
    }
  });

  test('refuses a folder that another agent works in, which notices nothing', async ({ programs }) => {
    const server = await programs.startServer();
    const worker = await programs.startWorker(server);
    const refused = await programs.run('scitq-worker', ['-s', server.address, '--data', worker.data]);
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toMatch(new RegExp(`pid ${worker.program.pid}\\b`));
    const { first } = await server.api.task.submit.mutate({ tasks: [{ command: 'true' }] });
    await untilDone(server, { ids: [first] });
  });

  test('ends with 4 when its token or the enrolment token is wrong, or there is none', async ({ programs }) => {
    const server = await programs.startServer();
    const data = join(programs.root, 'worker');
    const argv = ['-s', server.address, '--data', data];
    const wrong = await programs.run('scitq-worker', argv, { env: { SCITQ_ENROL_TOKEN: 'not-a-token' } });
    expect(wrong.code, wrong.stderr).toBe(4);
    expect(wrong.stderr).toMatch(/token/);
    expect(wrong.stderr).not.toMatch(/not-a-token|^\s+at /m);
    const none = await programs.run('scitq-worker', argv);
    expect(none.code, none.stderr).toBe(4);
    expect(none.stderr).toMatch(/--enrol/);
    const notMine = await programs.run('scitq-worker', argv, { env: { SCITQ_TOKEN: 'not-a-token' } });
    expect(notMine.code, notMine.stderr).toBe(4);
    expect(notMine.stderr).toMatch(/token/);
    expect(notMine.stderr).not.toMatch(/not-a-token|^\s+at |identity\.json/m);
    expect(await server.api.worker.list.query()).toEqual([]);
  });

  test('ends with 4 when the server does not know it any more', async ({ programs }) => {
    const server = await programs.startServer();
    const worker = await programs.startWorker(server);
    await server.kill('SIGKILL');
    withDatabase(join(server.data, 'scitq.sqlite'), (database) => {
      database.exec(`DELETE FROM token WHERE kind = 'worker'; DELETE FROM worker`);
    });
    await server.start();
    expect(await worker.program.untilEnded(), worker.program.stderr).toEqual({ code: 4, signal: null });
    expect(worker.program.stderr).toMatch(/identity\.json/);

    // Nor does it later, and its identity is not of another server.
    const again = await worker.spawn();
    expect(await again.untilEnded(), again.stderr).toEqual({ code: 4, signal: null });
    await mkdir(join(programs.root, 'elsewhere'));
    const other = await programs.startServer({ data: join(programs.root, 'elsewhere') });
    const stranger = await programs.launch('scitq-worker', ['-s', other.address, '--data', worker.data]);
    expect(await stranger.untilEnded(), stranger.stderr).toEqual({ code: 4, signal: null });
  });
});

function withDatabase(file: string, use: (database: Database.Database) => void): void {
  const database = new Database(file);
  try {
    use(database);
  } finally {
    database.close();
  }
}
