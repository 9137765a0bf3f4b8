import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExecutionId } from '#core/contract/ids.ts';
import type { Exit, Handle, Running, RunRequest } from '../executor.ts';
import { type DockerExecutor, makeDockerExecutor } from './docker-executor.ts';

const docker = new Docker();
const hasEngine = await docker.ping().then(
  () => true,
  () => false,
);
if (!hasEngine && process.env.SCITQ_REQUIRE_SERVICES === '1') throw new Error('No Docker engine answers.');

const agentId = `test-${process.pid}`;
let root = '';
let nextId = 1;
let executor: DockerExecutor;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'docker-'));
  executor = makeDockerExecutor({ agentId });
});
afterEach(async () => {
  if (hasEngine) await executor.removeOrphans(() => []);
  await executor.close();
  await rm(root, { recursive: true });
});

async function requestOf(
  command: string[],
  options: string[] = [],
  more: Partial<RunRequest> = {},
): Promise<RunRequest> {
  const executionId = ExecutionId.parse(nextId++);
  const folder = join(root, String(executionId));
  await mkdir(folder);
  return { executionId, folder, command, env: {}, container: { image: 'alpine', options, binds: [] }, ...more };
}

async function start(request: RunRequest): Promise<{ running: Running; handle: Handle }> {
  const handles: Handle[] = [];
  const running = await executor.start(request, async (handle) => void handles.push(handle));
  const [handle] = handles;
  if (running.kind !== 'running' || handle === undefined) throw new Error(`Not started: ${JSON.stringify(running)}`);
  return { running, handle };
}

async function run(request: RunRequest): Promise<{ exit: Exit; out: Buffer; err: Buffer }> {
  const exit = await (await start(request)).running.ended;
  return { exit, out: await fileOf(request, 'stdout'), err: await fileOf(request, 'stderr') };
}

function sh(script: string, options: string[] = [], more: Partial<RunRequest> = {}): Promise<RunRequest> {
  return requestOf(['sh', '-c', script], options, more);
}

function fileOf(request: RunRequest, name: string): Promise<Buffer> {
  return readFile(join(request.folder, name));
}

function printed(request: RunRequest, text: string): Promise<void> {
  return vi.waitFor(async () => expect((await fileOf(request, 'stdout')).toString()).toContain(text), {
    timeout: 10_000,
  });
}

async function anotherAgent(): Promise<void> {
  await executor.close();
  executor = makeDockerExecutor({ agentId });
}

test("an engine that does not answer is the worker's fault, and it is said what to do", async () => {
  vi.stubEnv('DOCKER_HOST', 'unix:///no/such/docker.sock');
  const request = await requestOf(['true']);
  const lonely = makeDockerExecutor({ agentId });
  expect(await lonely.prepare(request, new AbortController().signal)).toMatchObject({
    kind: 'not-started',
    class: 'agent',
    message: expect.stringMatching(/does not answer.*systemctl status docker/s),
  });
  await lonely.close();
  vi.unstubAllEnvs();
  expect(() => makeDockerExecutor({ agentId: 'a b' })).toThrow(RangeError);
});

describe.skipIf(!hasEngine)(
  'containers [needs a docker engine (DOCKER_HOST, or /var/run/docker.sock) with an image alpine:latest]',
  { timeout: 30_000 },
  () => {
    test('a command gets its words, environment, folders and user, and leaves no container', async () => {
      const script =
        'echo "a  b" "$CPU" "$X" "$1" "$(pwd)" "$(id -u):$(id -g)"; cat /in/f; echo x >/in/f; echo bad >&2; exit 3';
      await mkdir(join(root, 'in'));
      await rm(join(root, 'in/f'), { force: true });
      const request = await requestOf(['sh', '-c', script, 'x', "it's\n*"], ['-e', 'X=y'], {
        env: { CPU: '4' },
        cwd: '/tmp',
        uid: 12345,
        gid: 23456,
        container: {
          image: 'alpine',
          options: ['-e', 'X=y'],
          binds: [{ host: join(root, 'in'), container: '/in', readonly: true }],
        },
      });
      const { running, handle } = await start(request);
      expect(await running.ended).toEqual({ kind: 'exited', code: 3 });
      expect((await fileOf(request, 'stdout')).toString()).toBe("a  b 4 y it's\n* /tmp 12345:23456\n");
      const err = (await fileOf(request, 'stderr')).toString();
      expect(err).toContain('Read-only file system');
      expect(err).toMatch(/bad\n$/);
      expect(await executor.listOrphans(() => [])).toEqual([]);
      expect(handle).toEqual({ kind: 'docker', name: `scitq-${agentId}-${request.executionId}` });
    });

    test("an empty command runs the image's own, and --entrypoint replaces the image's", async () => {
      expect((await run(await requestOf([]))).exit).toEqual({ kind: 'exited', code: 0 });
      expect((await run(await requestOf(['a', 'b'], ['--entrypoint', 'echo']))).out.toString()).toBe('a b\n');
    });

    test('output is kept to the byte: binary, no final newline, long lines of every length', async () => {
      const request = await sh(
        'head -c 5000000 /dev/urandom | tee /tmp/x >&2; cat /tmp/x | md5sum; for n in 1 2 3 5; do head -c $((16384 * n)) /dev/zero; echo; echo; done; head -c 10000000 /dev/zero | tr "\\0" x',
      );
      const { exit, out, err } = await run(request);
      expect(exit).toEqual({ kind: 'exited', code: 0 });
      const md5 = `${createHash('md5').update(err).digest('hex')}  -\n`;
      const zeros = [1, 2, 3, 5].map((n) => `${'\0'.repeat(16384 * n)}\n\n`).join('');
      expect(err.length).toBe(5_000_000);
      expect(out.equals(Buffer.from(md5 + zeros + 'x'.repeat(10_000_000)))).toBe(true);
    });

    test('a program that is not in the image, or is none, is named', async () => {
      expect(await executor.start(await requestOf(['samtool', 'sort']), async () => {})).toMatchObject({
        kind: 'not-started',
        class: 'command',
        message: expect.stringContaining('no program "samtool" in the container image alpine'),
      });
      expect(await executor.start(await requestOf(['/etc/passwd']), async () => {})).toMatchObject({
        class: 'command',
        message: expect.stringContaining('not a program'),
      });
      expect(await executor.listOrphans(() => [])).toEqual([]);
    });

    test('an image that is not there, or is no name, is named with what to check', async () => {
      const abort = new AbortController().signal;
      const missing = await requestOf(['true'], [], {
        container: { image: 'localhost:1/no/such:1.0', options: [], binds: [] },
      });
      const refused = await executor.prepare(missing, abort);
      expect(refused).toMatchObject({
        kind: 'not-started',
        class: 'image',
        message: expect.stringContaining('localhost:1/no/such:1.0'),
      });
      expect(await executor.start(missing, async () => {})).toMatchObject({ class: 'image' });
      const bad = await requestOf(['true'], [], { container: { image: 'No Name', options: [], binds: [] } });
      expect(await executor.prepare(bad, abort)).toMatchObject({
        class: 'image',
        message: expect.stringContaining('is not the name'),
      });
      expect(await executor.prepare(await requestOf(['true'], ['--fast']), abort)).toMatchObject({ class: 'command' });
      expect(await executor.prepare(await requestOf(['true']), abort)).toEqual({ kind: 'ready' });
    });

    test('one that is killed for want of memory is told apart', async () => {
      const { exit } = await run(
        await sh('x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo "$x"', ['--memory', '64m']),
      );
      expect(exit).toEqual({ kind: 'oom' });
    });

    test('signals: TERM may be handled or ignored, KILL ends all, TSTP suspends and TERM ends a suspended one', async () => {
      const handling = await sh('trap "echo bye; exit 7" TERM; echo up; while :; do sleep 0.05; done');
      const first = await start(handling);
      await printed(handling, 'up');
      await first.running.signal('TERM');
      expect(await first.running.ended).toEqual({ kind: 'exited', code: 7 });
      expect((await fileOf(handling, 'stdout')).toString()).toBe('up\nbye\n');
      await first.running.signal('TERM');

      const ignoring = await sh('trap "" TERM; echo up; while :; do sleep 1; done');
      const second = await start(ignoring);
      await printed(ignoring, 'up');
      await second.running.signal('TERM');
      await second.running.signal('KILL');
      expect(await second.running.ended).toEqual({ kind: 'signaled', signal: 'SIGKILL' });

      const suspended = await sh('trap "exit 8" TERM; echo up; while :; do sleep 0.05; done');
      const third = await start(suspended);
      await printed(suspended, 'up');
      await third.running.signal('TSTP');
      await third.running.signal('TSTP');
      if (third.handle.kind !== 'docker') throw new Error('no container');
      expect((await docker.getContainer(third.handle.name).inspect()).State.Paused).toBe(true);
      await third.running.signal('CONT');
      await third.running.signal('CONT');
      await third.running.signal('TSTP');
      await third.running.signal('TERM');
      expect(await third.running.ended).toEqual({ kind: 'exited', code: 8 });
    });

    describe('a later agent', () => {
      async function recover(request: RunRequest, handle: Handle): Promise<Running> {
        const found = await executor.recover(request, handle);
        if (found.kind !== 'running') throw new Error('never started');
        return found;
      }

      test('finds a command that ran on, with all of its output once', async () => {
        const request = await sh('i=0; while [ $i -lt 400 ]; do echo $i; i=$((i+1)); sleep 0.005; done; exit 5');
        const { handle } = await start(request);
        for (const seen of ['\n50\n', '\n200\n']) {
          await printed(request, seen);
          await anotherAgent();
          void (await recover(request, handle));
        }
        await anotherAgent();
        expect(await (await recover(request, handle)).ended).toEqual({ kind: 'exited', code: 5 });
        expect((await fileOf(request, 'stdout')).toString()).toBe(
          Array.from({ length: 400 }, (_, i) => `${i}\n`).join(''),
        );
        expect(await (await recover(request, handle)).ended).toEqual({ kind: 'exited', code: 5 });
      });

      test('finds one that had ended meanwhile, and one that it must kill', async () => {
        const ended = await start(await sh('echo done; exit 4'));
        const endless = await sh('sleep 1000');
        const { handle } = await start(endless);
        await anotherAgent();
        const killed = await recover(endless, handle);
        await killed.signal('KILL');
        expect(await killed.ended).toEqual({ kind: 'signaled', signal: 'SIGKILL' });
        void ended;
      });

      test('knows what never started from what was taken away', async () => {
        const request = await sh('echo once');
        const handle: Handle = { kind: 'docker', name: `scitq-${agentId}-${request.executionId}` };
        expect(await executor.recover(request, handle)).toEqual({ kind: 'never-started' });
        await docker.createContainer({ name: handle.name, Image: 'alpine', Labels: { 'scitq.agent': agentId } });
        expect(await executor.recover(request, handle)).toEqual({ kind: 'never-started' });
        await docker.createContainer({ name: handle.name, Image: 'alpine', Labels: { 'scitq.agent': agentId } });
        expect((await run(request)).out.toString()).toBe('once\n');

        const endless = await sh('sleep 1000');
        const taken = await start(endless);
        await anotherAgent();
        await docker.getContainer(taken.handle.kind === 'docker' ? taken.handle.name : '').remove({ force: true });
        const found = await recover(endless, taken.handle);
        expect(await found.ended).toMatchObject({ kind: 'unknown', message: expect.stringContaining('removed') });
      });
    });

    test('containers of executions that nobody knows any more are found and removed', async () => {
      const kept = await sh('sleep 1000');
      const forgotten = await sh('sleep 1000');
      await start(kept);
      const { handle } = await start(forgotten);
      await anotherAgent();
      const keep = new Set([kept.executionId]);
      expect(await executor.listOrphans(() => keep)).toEqual([handle.kind === 'docker' ? handle.name : '']);
      expect(await executor.removeOrphans(() => keep)).toHaveLength(1);
      expect(await executor.listOrphans(() => keep)).toEqual([]);
      expect(await executor.listOrphans(() => [])).toHaveLength(1);
    });
  },
);

test.skipIf(!hasEngine || process.env.SCITQ_TEST_REGISTRY === undefined)(
  'an image is fetched once for all who ask [needs a docker engine with an image registry (SCITQ_TEST_REGISTRY)]',
  async () => {
    const image = `${process.env.SCITQ_TEST_REGISTRY}/scitq/fetched:1`;
    const [repo, tag] = [image.slice(0, -2), '1'];
    await docker.getImage('alpine').tag({ repo, tag });
    const pushed = await docker
      .getImage(image)
      .push({ authconfig: { username: 'any', password: 'any', serveraddress: '' } });
    for await (const line of pushed) expect(String(line)).not.toContain('"error"');
    await docker.getImage(image).remove();
    const request = await requestOf(['echo', 'fetched'], [], { container: { image, options: [], binds: [] } });
    const abort = new AbortController().signal;
    const prepared = await Promise.all(Array.from({ length: 5 }, () => executor.prepare(request, abort)));
    expect(prepared).toEqual(Array(5).fill({ kind: 'ready' }));
    expect((await run(request)).out.toString()).toBe('fetched\n');
    await docker.getImage(image).remove();
    const untagged = await requestOf(['true'], [], { container: { image: `${repo}:2`, options: [], binds: [] } });
    expect(await executor.prepare(untagged, abort)).toMatchObject({
      class: 'image',
      message: expect.stringContaining('tag'),
    });
  },
);
