import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { until } from '#e2e/programs/until.ts';
import { expectFailure } from './expect-failure.ts';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 4 } });

describe('a command that fails', () => {
  test.each([
    {
      what: 'by its exit code',
      argv: ['--', 'sh', '-c', 'exit 3'],
      failure: 'command',
      exitCode: 3,
      says: /ended with exit code 3/,
    },
    {
      what: 'because there is no such program',
      argv: ['--', 'fastqqc', 'reads.fq'],
      failure: 'command',
      exitCode: 127,
      says: /"fastqqc" was not found.*spelling/,
    },
    {
      what: 'by a crash',
      argv: ['--', 'sh', '-c', 'kill -SEGV $$'],
      failure: 'command',
      exitCode: 139,
      says: /SIGSEGV/,
    },
    {
      what: 'by a kill from outside',
      argv: ['--', 'sh', '-c', 'kill -KILL $$'],
      failure: 'command',
      exitCode: 137,
      says: /killed by SIGKILL.*often for want of memory/,
    },
    {
      what: 'by its time limit',
      argv: ['--run-timeout', '1', '--', 'sleep', '60'],
      failure: 'timeout',
      says: /longer than its limit of 1 s.*--run-timeout/,
    },
  ] as const)('$what', async ({ argv, ...expected }) => {
    await expectFailure(lab, await lab.outcome(...argv), expected);
  });

  test('because it is a file that is no program', async () => {
    const file = join(lab.programs.root, 'notes.txt');
    await writeFile(file, 'samples: liver, kidney\n', { mode: 0o644 });
    await expectFailure(lab, await lab.outcome('--', file), {
      failure: 'command',
      exitCode: 126,
      says: /notes\.txt" is there but cannot be run.*executable/,
    });
  });
});

describe('a command that is canceled', () => {
  test('takes its grandchildren with it', async () => {
    const pidFile = join(lab.programs.root, 'grandchild.pid');
    const script = `( sleep 1000 & echo $! >${pidFile}.part; mv ${pidFile}.part ${pidFile}; wait ) & wait`;
    const id = await lab.create('--', 'sh', '-c', script);
    const pid = Number(
      await until(
        'the grandchild runs',
        () => readFile(pidFile, 'utf8'),
        (text) => text !== '',
      ),
    );
    expect((await lab.programs.living()).map((process) => process.pid)).toContain(pid);

    await lab.print('task', 'cancel', String(id));
    await lab.untilEnded(id);

    await expectFailure(lab, await lab.show(id), { failure: 'signal', says: /stopped on request \(SIGTERM\)/ });
    expect((await lab.programs.living()).map((process) => process.pid)).not.toContain(pid);
  });

  test('and ignores it, is killed when its grace is over', async () => {
    const id = await lab.create('--', 'sh', '-c', 'trap "" TERM; echo deaf; while :; do sleep 0.1; done');
    const output = await lab.start('task', 'output', String(id), '--follow');
    await output.untilPrinted(/deaf/, 'stdout');

    const canceledAt = performance.now();
    await lab.print('task', 'cancel', String(id), '--grace', '2');
    await lab.untilEnded(id);
    const took = performance.now() - canceledAt;

    expect(took).toBeGreaterThan(2_000);
    expect(took).toBeLessThan(9_000);
    await expectFailure(lab, await lab.show(id), { failure: 'signal', says: /stopped on request \(SIGKILL\)/ });
    expect(await output.untilEnded()).toMatchObject({ code: 0 });
  });

  test('before it has run, never runs', async () => {
    const waitedFor = await lab.create('--', 'sleep', '1000');
    const id = await lab.create('--dependency', String(waitedFor), '--', 'true');
    expect(await lab.print('task', 'cancel', String(id))).toBe(`canceled task ${id}\n`);
    expect(await lab.show(id)).toMatchObject({ status: 'X', executions: [] });
    expect(await lab.print('task', 'show', String(id))).toMatch(/^status +X canceled/m);
    await lab.print('task', 'cancel', String(waitedFor));
    await lab.untilEnded(waitedFor);
  });
});

describe('scitq-launch', () => {
  test('keeps the argument vector, and gives the command its share of the machine', async () => {
    const { server } = lab;
    const launched = await lab.programs.run('scitq-launch', ['sh', '-c', 'echo "a  b" $CPU'], { server });
    expect(launched).toMatchObject({ code: 0, stderr: '' });
    const id = /^Task queued with task id: (\d+)\n$/.exec(launched.stdout)?.[1] ?? 'none';
    await lab.print('task', 'wait', id);
    expect(await lab.print('task', 'output', id)).toMatch(/^a {2}b [1-9]\d*\n$/);
  });
});
