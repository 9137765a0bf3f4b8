import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openJournal } from '#agent/outbox/journal.ts';

const hasEngine = await new Docker().ping().then(
  () => true,
  () => false,
);
if (!hasEngine && process.env.SCITQ_REQUIRE_SERVICES === '1') throw new Error('No Docker engine answers.');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kill-9-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Property: an agent killed at any moment loses no command and starts none twice, whatever it was doing. */
async function killAndCheck(kind: 'process' | 'docker', count: number, kills: number, everyMs: number): Promise<void> {
  let killed = 0;
  for (let over = false; !over; ) {
    const agent = spawn(process.execPath, [join(import.meta.dirname, 'test-agent.ts'), folder, kind, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(agent, 'close');
    await once(agent.stdout, 'data');
    const timer = killed < kills ? setTimeout(() => agent.kill('SIGKILL'), Math.random() * everyMs) : undefined;
    const [code, signal] = await closed;
    clearTimeout(timer);
    over = code === 0;
    if (signal === 'SIGKILL') killed++;
    else expect(code).toBe(0);
  }
  // A machine that is quick with everything may be through before.
  expect(killed).toBeGreaterThan(kills / 2);

  const lines = (await readFile(join(folder, 'lines'), 'utf8')).trim().split('\n').map(Number);
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  expect(lines.toSorted((a, b) => a - b)).toEqual(ids);

  const { records, journal } = await openJournal({ path: join(folder, 'journal'), parse: (value) => value });
  await journal.close();
  for (const id of ids) {
    expect(records).toContainEqual({ kind: 'ended', id, exit: { kind: 'exited', code: id % 7 } });
    expect(await readFile(join(folder, 'executions', String(id), 'stdout'), 'utf8')).toBe('out\n');
  }
}

describe('each command runs once, and each exit code is found', { timeout: 120_000 }, () => {
  test('25 times kill -9 of an agent that runs processes', () => killAndCheck('process', 300, 25, 90));

  test.skipIf(!hasEngine)(
    '20 times kill -9 of an agent that runs containers [needs a docker engine (DOCKER_HOST, or /var/run/docker.sock) with an image alpine:latest]',
    () => killAndCheck('docker', 60, 20, 400),
  );
});
