import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { toScitqError } from '#client/error.ts';
import { test } from '#e2e/programs/test.ts';
import { until, untilDone, untilTasks } from '#e2e/programs/until.ts';
import { describeWith } from '#e2e/services.ts';
import { readStarts, recorded } from './commands.ts';
import { expectCountersToBeTrue, logOf, show } from './ledger.ts';
import { SmallDisk } from './small-disk.ts';

const LINES = 30_000;

await describeWith('smallDisk', 'a full disk', () => {
  test('keeps a server from starting, with a clear message', async ({ programs }) => {
    await using disk = await SmallDisk.mount(join(programs.root, 'disk'), 64);
    for (const fill of [false, true]) {
      if (fill) await disk.fill();
      const refused = await programs.run('scitq-server', ['--port', '0', '--data', disk.folder]);
      expect(refused.code, refused.stderr).toBe(1);
      expect(refused.stderr).toMatch(/full|no space/);
      expect(refused.stderr).not.toMatch(/^\s+at /m);
      expect(await readdir(disk.folder)).not.toContain('server.json');
    }
    expect(await programs.living()).toEqual([]);
  });

  test('keeps an agent from starting, with a clear message', async ({ programs }) => {
    await using disk = await SmallDisk.mount(join(programs.root, 'disk'), 64);
    await disk.fill();
    const server = await programs.startServer();
    const refused = await programs.run('scitq-worker', ['-s', server.address, '--data', disk.folder], {
      env: { SCITQ_ENROL_TOKEN: server.enrolToken },
    });
    expect(refused.code, refused.stderr).toBe(1);
    expect(refused.stderr).toMatch(/no space/);
    expect(refused.stderr).toMatch(/--data/);
    expect(await server.api.worker.list.query(), 'workers enrolled in vain').toEqual([]);
  });

  test('under a running server refuses what is new, and what had begun arrives once there is room', async ({
    programs,
  }) => {
    const starts = join(programs.root, 'starts');
    await using disk = await SmallDisk.mount(join(programs.root, 'disk'), 4_096);
    const server = await programs.startServer({ data: disk.folder });
    await programs.startWorker(server, { concurrency: 4 });
    // More than fits.
    const go = join(programs.root, 'go');
    const print = `until [ -e ${go} ]; do sleep 0.05; done; seq 1 ${LINES}; seq 1 ${LINES} >&2`;
    const tasks = [0, 0, 6, 0].map((code) => ({ command: recorded(starts, `${print}; exit ${code}`) }));
    await server.api.task.submit.mutate({ tasks });
    const ids = await server.api.task.select.query({ last: tasks.length });
    await untilTasks(server, { ids }, ({ counts }) => counts.R === tasks.length);
    await until(
      'all commands have begun',
      () => readStarts(starts),
      (begun) => begun.length === tasks.length,
    );

    await disk.fill(65_536);
    await writeFile(go, '');
    await until(
      'the commands have ended',
      () => programs.living(),
      (living) => !living.some(({ command }) => command.includes(starts)),
    );
    const refusal = await untilRefused(() =>
      server.api.task.submit.mutate({ tasks: [{ command: ['echo', 'x'.repeat(100_000)] }] }),
    );
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/full/) });
    expect((await show(server, ids)).map(({ status }) => status)).toEqual(ids.map(() => 'R'));
    await disk.free();

    await untilDone(server, { ids });
    expect((await show(server, ids)).map(({ status, attempt }) => `${status} ${attempt}`)).toEqual([
      'S 1',
      'S 1',
      'F 1',
      'S 1',
    ]);
    const printed = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('');
    for (const id of ids) {
      expect(await logOf(server, id, 'stdout')).toBe(printed);
      expect(await logOf(server, id, 'stderr')).toBe(printed);
    }
    await expectCountersToBeTrue(server);
  });
});

/** A full disk may still take a little: what was refused in the end. */
async function untilRefused(act: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  const refused = () =>
    act().then(
      () => undefined,
      (error: unknown) => toScitqError(error).report,
    );
  const report = await until('it is refused', refused, (found) => found !== undefined, 20_000);
  if (report === undefined) throw new Error('it was not refused');
  return report;
}
