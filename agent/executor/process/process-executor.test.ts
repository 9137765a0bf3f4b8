import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Executor, Exit, Handle, Running, RunRequest } from '../executor.ts';
import { makeProcessExecutor } from './process-executor.ts';
import { identify } from './process-identity.ts';

const executionId = z.int().brand<'ExecutionId'>();
const isRoot = process.getuid?.() === 0;

let root = '';
let nextId = 1;
let executor: Executor;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'process-'));
  await chmod(root, 0o755);
  executor = makeProcessExecutor({ ...process.env, SCITQ_TOKEN: 'secret', PLAIN: 'plain' });
});
afterEach(async () => {
  await executor.close();
  await rm(root, { recursive: true });
});

async function requestOf(command: string[], more: Partial<RunRequest> = {}): Promise<RunRequest> {
  const id = executionId.parse(nextId++);
  const folder = join(root, String(id));
  await mkdir(folder);
  return { executionId: id, folder, command, env: {}, ...more };
}

async function start(request: RunRequest, by = executor): Promise<{ running: Running; handle: Handle }> {
  const handles: Handle[] = [];
  const running = await by.start(request, async (handle) => void handles.push(handle));
  const [handle] = handles;
  if (running.kind !== 'running' || handle === undefined) throw new Error(`Not started: ${JSON.stringify(running)}`);
  return { running, handle };
}

async function run(
  command: string[],
  more: Partial<RunRequest> = {},
): Promise<{ exit: Exit; out: string; err: string }> {
  const request = await requestOf(command, more);
  const exit = await (await start(request)).running.ended;
  return { exit, out: await fileOf(request, 'stdout'), err: await fileOf(request, 'stderr') };
}

function fileOf(request: RunRequest, name: string): Promise<string> {
  return readFile(join(request.folder, name), 'utf8');
}

/** The pids that the command printed, once it has printed `count` of them. */
function printedPids(request: RunRequest, count: number): Promise<number[]> {
  return vi.waitFor(async () => {
    const pids = (await fileOf(request, 'stdout')).trim().split('\n').map(Number);
    if (pids.length < count || pids.includes(0)) throw new Error(`printed so far: ${pids}`);
    return pids;
  });
}

async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2)[0];
}

function gone(pids: number[]): Promise<void> {
  return vi.waitFor(async () => {
    for (const pid of pids) if ((await identify(pid)) !== undefined) throw new Error(`process ${pid} is still there`);
  });
}

describe.each(['/bin/sh', '/bin/bash', '/bin/busybox'].filter((shell) => existsSync(shell)))('with %s', (shell) => {
  test('a command gets its words, environment and folder, and its output and exit code are in files', async () => {
    await executor.close();
    executor = makeProcessExecutor({ ...process.env, SCITQ_TOKEN: 'secret', PLAIN: 'plain' }, shell);
    const script = 'echo "a  b" "$CPU" "$1" "$PLAIN" "$SCITQ_TOKEN" "$(pwd)"; echo bad >&2; exit 3';
    const request = await requestOf(['sh', '-c', script, 'x', "it's\n*"], { env: { CPU: "4'$" }, cwd: root });
    const { running } = await start(request);
    expect(await running.ended).toEqual({ kind: 'exited', code: 3 });
    expect(await fileOf(request, 'stdout')).toBe(`a  b 4'$ it's\n* plain  ${root}\n`);
    expect(await fileOf(request, 'stderr')).toBe('bad\n');
    expect(await fileOf(request, 'exit')).toBe('3\n');
  });

  test('a command that is only about to start gets its TERM too', async () => {
    await executor.close();
    executor = makeProcessExecutor(process.env, shell);
    for (let turn = 0; turn < 30; turn++) {
      const { running } = await start(await requestOf(['sleep', '1000']));
      if (turn % 3 === 1) await new Promise(setImmediate);
      await running.signal('TERM');
      expect(await running.ended).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    }
  });

  test('no command starts twice in one folder', async () => {
    await executor.close();
    executor = makeProcessExecutor(process.env, shell);
    const request = await requestOf(['sh', '-c', 'echo once >>"$1"', 'x', join(root, 'lines')]);
    await (await start(request)).running.ended;
    await (await start(request)).running.ended;
    expect(await readFile(join(root, 'lines'), 'utf8')).toBe('once\n');
  });
});

describe('commands that cannot start', () => {
  test("a program that is not there, or is no program, ends with the shell's code and word", async () => {
    const missing = await run(['no-such-program', '-x']);
    expect(missing.exit).toEqual({ kind: 'exited', code: 127 });
    expect(missing.err).toContain('not found');
    const plain = join(root, 'plain.txt');
    await writeFile(plain, 'text');
    expect((await run([plain])).exit).toEqual({ kind: 'exited', code: 126 });
    expect((await run(['true'], { cwd: join(root, 'missing') })).exit).toEqual({ kind: 'exited', code: 126 });
  });

  test.each<[string, string[], Partial<RunRequest>]>([
    ['empty', [], {}],
    ['"--bam"', ['--bam', 'x'], {}],
    ['NUL', ['echo', 'a\0b'], {}],
    ['131071', ['echo', 'é'.repeat(70_000)], {}],
    ['"A-B"', ['true'], { env: { 'A-B': 'x' } }],
    ['"A=$(id)"', ['true'], { env: { 'A=$(id)': 'x' } }],
    ['UID', ['true'], { env: { UID: '0' } }],
    ['absolute', ['true'], { cwd: 'here' }],
  ])('are refused with a message that says %s', async (word, command, more) => {
    const request = await requestOf(command, more);
    const refused = await executor.start(request, async () => {});
    expect(refused).toMatchObject({ kind: 'not-started', class: 'command', message: expect.stringContaining(word) });
    expect(await executor.prepare(request, new AbortController().signal)).toEqual(refused);
  });

  test('nothing runs when the handle could not be journalled', async () => {
    const request = await requestOf(['true']);
    await expect(executor.start(request, () => Promise.reject(new Error('disk full')))).rejects.toThrow('disk full');
    expect(existsSync(join(request.folder, 'exit'))).toBe(false);
    expect((await run(['true'])).exit).toEqual({ kind: 'exited', code: 0 });
  });

  test("a folder that is not there is the worker's fault", async () => {
    const request = await requestOf(['true']);
    await rm(request.folder, { recursive: true });
    expect(await (await start(request)).running.ended).toMatchObject({ kind: 'not-started', class: 'agent' });
  });
});

describe('launchers', () => {
  test('are reused one after the other and never shared at the same time', async () => {
    const first = await start(await requestOf(['true']));
    await first.running.ended;
    const second = await start(await requestOf(['sleep', '1000']));
    expect(second.handle).toEqual(first.handle);
    const third = await start(await requestOf(['true']));
    expect(third.handle).not.toEqual(first.handle);
    await second.running.signal('KILL');
    expect(await second.running.ended).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
    await third.running.ended;
    const fourth = await start(await requestOf(['true']));
    expect(fourth.handle).toEqual(third.handle);
    await fourth.running.ended;
  });

  test('one that is killed from outside takes its command along, and it is said', async () => {
    const request = await requestOf(['sh', '-c', 'echo $$; exec sleep 1000']);
    const { running, handle } = await start(request);
    const pids = await printedPids(request, 1);
    if (handle.kind === 'process') process.kill(handle.pid, 'SIGKILL');
    expect(await running.ended).toMatchObject({ kind: 'unknown', message: expect.stringContaining('SIGKILL') });
    await gone(pids);
  });

  test.runIf(isRoot)('run as the user and group that are asked for', async () => {
    const request = await requestOf(['sh', '-c', 'id -u; id -g; id -G'], { uid: 12345, gid: 23456 });
    await chown(request.folder, 12345, 23456);
    expect(await (await start(request)).running.ended).toEqual({ kind: 'exited', code: 0 });
    expect(await fileOf(request, 'stdout')).toBe('12345\n23456\n23456\n');
    expect((await run(['id', '-u'])).out).toBe('0\n');
  });
});

describe('signals', () => {
  test('KILL reaches grandchildren', async () => {
    const request = await requestOf(['sh', '-c', 'echo $$; sh -c "echo \\$\\$; sleep 1000; :"; :']);
    const { running } = await start(request);
    const pids = await printedPids(request, 2);
    await running.signal('KILL');
    expect(await running.ended).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
    await gone(pids);
  });

  test('TERM may be handled, and what then remains of the command is killed', async () => {
    const request = await requestOf([
      'sh',
      '-c',
      'trap "exit 7" TERM; (trap "" TERM; echo $$; sleep 1000; :) & echo $!; wait; :',
    ]);
    const { running } = await start(request);
    const pids = await printedPids(request, 2);
    await running.signal('TERM');
    expect(await running.ended).toEqual({ kind: 'exited', code: 7 });
    await gone(pids);
  });

  test('one that ignores TERM ends by KILL', async () => {
    const request = await requestOf(['sh', '-c', 'trap "" TERM; echo $$; while :; do sleep 1000; done']);
    const { running } = await start(request);
    const pids = await printedPids(request, 1);
    await running.signal('TERM');
    await running.signal('KILL');
    expect(await running.ended).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
    await gone(pids);
  });

  test.runIf(process.platform === 'linux')('TSTP suspends, CONT resumes, TERM ends a suspended one', async () => {
    const request = await requestOf(['sh', '-c', 'trap "" TSTP; echo $$; exec sleep 1000']);
    const { running } = await start(request);
    const [pid = 0] = await printedPids(request, 1);
    await running.signal('TSTP');
    await vi.waitFor(async () => expect(await stateOf(pid)).toBe('T'));
    await running.signal('CONT');
    await vi.waitFor(async () => expect(await stateOf(pid)).toBe('S'));
    await running.signal('TSTP');
    await running.signal('TERM');
    expect(await running.ended).toEqual({ kind: 'signaled', signal: 'SIGTERM' });
    await running.signal('KILL');
  });

  test('a code above 128 that nobody ordered is a plain exit code', async () => {
    expect((await run(['sh', '-c', 'kill -9 $$'])).exit).toEqual({ kind: 'exited', code: 137 });
  });
});

describe('a later agent', () => {
  async function recover(request: RunRequest, handle: Handle): Promise<Running> {
    const found = await executor.recover(request, handle);
    if (found.kind !== 'running') throw new Error('never started');
    return found;
  }

  test('finds a command that ran on, and its output and exit code', async () => {
    const request = await requestOf(
      ['sh', '-c', 'echo before; until [ -e go ]; do sleep 0.01; done; echo after; exit 5'],
      { cwd: root },
    );
    const { handle } = await start(request);
    await vi.waitFor(async () => expect(await fileOf(request, 'stdout')).toBe('before\n'));
    await executor.close();
    executor = makeProcessExecutor(process.env);
    const found = await recover(request, handle);
    await writeFile(join(root, 'go'), '');
    expect(await found.ended).toEqual({ kind: 'exited', code: 5 });
    expect(await fileOf(request, 'stdout')).toBe('before\nafter\n');
    expect(await (await recover(request, handle)).ended).toEqual({ kind: 'exited', code: 5 });
    if (handle.kind === 'process') await gone([handle.pid]);
  });

  test.each(['TERM', 'KILL'] as const)('ends one by %s, grandchildren too', async (signal) => {
    const request = await requestOf(['sh', '-c', 'echo $$; sh -c "echo \\$\\$; sleep 1000; :"; :']);
    const { handle } = await start(request);
    const pids = await printedPids(request, 2);
    await executor.close();
    executor = makeProcessExecutor(process.env);
    const found = await recover(request, handle);
    await found.signal('TSTP');
    await found.signal(signal);
    expect(await found.ended).toEqual({ kind: 'signaled', signal: `SIG${signal}` });
    await gone(pids);
  });

  test('says so when the command was killed with its launcher', async () => {
    const request = await requestOf(['sh', '-c', 'echo $$; exec sleep 1000']);
    const { handle } = await start(request);
    const pids = await printedPids(request, 1);
    await executor.close();
    executor = makeProcessExecutor(process.env);
    const found = await recover(request, handle);
    if (handle.kind === 'process') process.kill(handle.pid, 'SIGKILL');
    expect(await found.ended).toMatchObject({ kind: 'unknown' });
    await gone(pids);
    expect(await (await recover(request, handle)).ended).toMatchObject({ kind: 'unknown' });
  });

  test('is told when nothing of it ever ran', async () => {
    const { handle, running } = await start(await requestOf(['true']));
    await running.ended;
    const neverGiven = await requestOf(['true']);
    await executor.close();
    executor = makeProcessExecutor(process.env);
    expect(await executor.recover(neverGiven, handle)).toEqual({ kind: 'never-started' });
    expect(await (await start(neverGiven)).running.ended).toEqual({ kind: 'exited', code: 0 });
  });

  test('does not take another process with that pid, or an incomplete exit file, for the command', async () => {
    const request = await requestOf(['true']);
    await writeFile(join(request.folder, 'exit'), '12');
    const me = await identify(process.pid);
    if (me === undefined) throw new Error('this process has no identity');
    const found = await recover(request, { kind: 'process', ...me, startTime: '1' });
    expect(await found.ended).toMatchObject({ kind: 'unknown' });
    const rebooted = await recover(request, { kind: 'process', ...me, bootId: 'before' });
    expect(await rebooted.ended).toMatchObject({ message: expect.stringContaining('restarted') });
  });
});
