import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from '#agent/outbox/journal.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kill-9-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Property: an agent killed at any moment loses no command and starts none twice, whatever it was doing. */
test('25 times kill -9 of the agent: each command runs once, and each exit code is found', {
  timeout: 120_000,
}, async () => {
  const count = 500;
  let kills = 0;
  for (let over = false; !over; ) {
    const agent = spawn(process.execPath, [join(import.meta.dirname, 'test-agent.ts'), folder, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = once(agent, 'close');
    await once(agent.stdout, 'data');
    const timer = kills < 25 ? setTimeout(() => agent.kill('SIGKILL'), Math.random() * 90) : undefined;
    const [code, signal] = await closed;
    clearTimeout(timer);
    over = code === 0;
    if (signal === 'SIGKILL') kills++;
    else expect(code).toBe(0);
  }
  expect(kills).toBe(25);

  const lines = (await readFile(join(folder, 'lines'), 'utf8')).trim().split('\n').map(Number);
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  expect(lines.toSorted((a, b) => a - b)).toEqual(ids);

  const { records, journal } = await openJournal({ path: join(folder, 'journal'), parse: (value) => value });
  await journal.close();
  for (const id of ids) {
    expect(records).toContainEqual({ kind: 'ended', id, exit: { kind: 'exited', code: id % 7 } });
    expect(await readFile(join(folder, 'executions', String(id), 'stdout'), 'utf8')).toBe('out\n');
  }
});
