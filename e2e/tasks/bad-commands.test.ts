import { afterEach, describe, expect, test } from 'vitest';
import { toScitqError } from '#client/error.ts';
import { stablePort } from '#e2e/programs/server-program.ts';
import { expectRefusal } from './expect-refusal.ts';
import { openLab } from './lab.ts';

const lab = openLab({});

afterEach(async () => {
  expect(await lab.print('--quiet', 'task', 'list', '--show-hidden'), 'nothing was queued').toBe('');
});

describe('wrong usage', () => {
  test.each([
    { argv: ['task', 'list', '--status', 'sleeping'], says: /no status 'sleeping'.*R running/ },
    { argv: ['task', 'list', '--failure', 'bug'], says: /no failure 'bug'.*oom/ },
    { argv: ['task', 'list', '--limit', 'many'], says: /--limit.*'many'.*whole number/ },
    { argv: ['task', 'list', '--stauts', 'R'], says: /unknown option '--stauts'.*--status/ },
    { argv: ['task', 'lst'], says: /unknown command 'lst'.*list/ },
    { argv: ['tsak', 'list'], says: /unknown command 'tsak'.*task/ },
    { argv: ['task', 'create'], says: /command is empty/ },
    { argv: ['task', 'create', '--'], says: /command is empty/ },
    { argv: ['task', 'create', '--', ''], says: /command is empty/ },
    { argv: ['task', 'create', '--command', '  '], says: /command is empty/ },
    { argv: ['task', 'create', '--shell', 'sh', '--command', ''], says: /command is empty/ },
    { argv: ['task', 'create', '--command', "echo 'hello"], says: /quote that opens in column 6 is never closed/ },
    { argv: ['task', 'create', '--retry', '-1', '--', 'true'], says: /--retry.*whole number from 0/ },
    { argv: ['task', 'create', '--run-timeout', 'soon', '--', 'true'], says: /--run-timeout.*'soon'/ },
    {
      argv: ['task', 'create', '--from-file', '/no/such/tasks.jsonl'],
      says: /\/no\/such\/tasks\.jsonl cannot be read/,
    },
    { argv: ['task', 'create', '--from-file', '/tmp'], says: /\/tmp cannot be read.*folder/ },
    { argv: ['task', 'cancel'], says: /which tasks\?/ },
    { argv: ['task', 'show', '3-1'], says: /runs backwards/ },
    { argv: ['-s', 'ftp://lab', 'task', 'list'], says: /ftp:\/\/lab/ },
  ])('scitq $argv', async ({ argv, says }) => {
    await expectRefusal(lab, argv, { exit: 2, code: 'USAGE', says });
  });

  test('scitq-launch without a command', async () => {
    const launched = await lab.programs.run('scitq-launch', ['-n', 'nothing'], { server: lab.server });
    expect(launched).toMatchObject({ code: 2, stdout: '' });
    expect(launched.stderr).toMatch(/^scitq-launch: [^\n]*command is empty[^\n]*\n$/);
  });

  test('scitq-launch with an option that it does not know', async () => {
    const launched = await lab.programs.run('scitq-launch', ['--bacth', 'x', 'true'], { server: lab.server });
    expect(launched).toMatchObject({ code: 2, stdout: '' });
    expect(launched.stderr).toMatch(/^scitq-launch: [^\n]*unknown option '--bacth'[^\n]*--batch[^\n]*\n$/);
  });
});

describe('refused by the server', () => {
  test.each([
    { argv: ['task', 'list', '--batch', 'assembyl'], code: 'UNKNOWN_BATCH', says: /'?"?assembyl/ },
    { argv: ['task', 'wait', '--batch', 'assembyl'], code: 'UNKNOWN_BATCH', says: /'?"?assembyl/ },
    { argv: ['task', 'show', '999'], code: 'UNKNOWN_TASK', says: /\b999\b/ },
    { argv: ['task', 'output', '999'], code: 'UNKNOWN_TASK', says: /\b999\b/ },
    { argv: ['task', 'cancel', 'nobody'], code: 'UNKNOWN_TASK', says: /nobody/ },
    { argv: ['task', 'retry', 'failed'], code: 'UNKNOWN_TASK', says: /no task/ },
    { argv: ['task', 'create', '--dependency', '999', '--', 'true'], code: 'UNKNOWN_TASK', says: /\b999\b/ },
    { argv: ['task', 'create', '--after', 'nobody', '--', 'true'], code: 'UNKNOWN_TASK', says: /nobody/ },
    { argv: ['task', 'create', '--batch', 'a/b', '--', 'true'], code: 'INVALID', says: /batch.*\// },
  ])('scitq $argv', async ({ argv, code, says }) => {
    await expectRefusal(lab, argv, { exit: 1, code, says });
  });

  test('a command of 10 MB, over the API', async () => {
    const command = ['echo', 'x'.repeat(10_000_000)];
    const refused = await lab.server.api.task.submit.mutate({ tasks: [{ command }] }).then(
      () => undefined,
      (error: unknown) => toScitqError(error).report,
    );
    expect(refused).toMatchObject({ code: 'TOO_LARGE', taskIndex: 0 });
    expect(refused?.message).toMatch(/131,?071/);
  });
});

describe('the server', () => {
  test('that is not running', async () => {
    const nobody = `127.0.0.1:${await stablePort()}`;
    await expectRefusal(lab, ['-s', nobody, 'task', 'list'], {
      exit: 3,
      code: 'UNAVAILABLE',
      says: new RegExp(nobody.replaceAll('.', '\\.')),
    });
  });

  test('that no data folder knows of', async () => {
    await expectRefusal(
      lab,
      ['task', 'list'],
      { exit: 3, code: 'UNAVAILABLE', says: /no scitq server runs on this machine.*scitq server/ },
      { env: { SCITQ_DATA: `${lab.programs.root}/nothing here` } },
    );
  });

  test('on a host that does not exist', async () => {
    await expectRefusal(lab, ['-s', 'no-such-host.invalid', 'task', 'list'], {
      exit: 3,
      code: 'UNAVAILABLE',
      says: /no-such-host\.invalid/,
    });
  });

  test('that does not know the token', async () => {
    await expectRefusal(lab, ['--token', 'made-up', 'task', 'list'], {
      exit: 4,
      code: 'UNAUTHENTICATED',
      says: /does not know that token.*--token/,
    });
  });

  test('that nobody has logged in to', async () => {
    await expectRefusal(
      lab,
      ['-s', lab.server.address, 'task', 'create', '--', 'true'],
      { exit: 4, code: 'UNAUTHENTICATED', says: /token/ },
      { env: { SCITQ_DATA: `${lab.programs.root}/nothing here` } },
    );
  });
});
