import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, TestSystem } from '../test-programs.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await TestSystem.start();
}, 60_000);
afterAll(() => system[Symbol.asyncDispose]());

/** Queues a task, waits until it has ended, and returns its id. */
async function ended(...words: string[]): Promise<string> {
  const { stdout } = await system.scitq(['task', 'create', '--json', '--wait', ...words]);
  return String(JSON.parse(stdout).first);
}

describe('what a task printed', () => {
  it('is printed byte for byte, each stream to its own', async () => {
    const id = await ended('--', 'sh', '-c', 'head -c 300000 /dev/zero | tr "\\0" "\\377"; printf "no newline" >&2');
    const { code, bytes, stderr } = await system.scitq(['task', 'output', id]);
    expect(code).toBe(0);
    expect(stderr).toBe('no newline');
    const expected = Buffer.alloc(300_000, 0xff);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(expected).digest('hex'));
    expect((await system.scitq(['task', 'output', id, '--follow'])).bytes.equals(expected)).toBe(true);
  });

  it('can be its last lines, or one stream', async () => {
    const id = await ended('--', 'sh', '-c', 'seq 1 100000; printf unfinished; echo e >&2');
    expect((await system.scitq(['task', 'output', id, '--tail', '3', '--stdout'])).stdout).toBe(
      '99999\n100000\nunfinished',
    );
    expect((await system.scitq(['task', 'output', '--id', id, '--stderr'])).stdout).toBe('');
    expect((await system.scitq(['task', 'output', id, '--tail', '0', '--stdout'])).stdout).toBe('');
    const pieces = (await system.scitq(['task', 'output', id, '--stderr', '--json'])).stdout;
    expect(JSON.parse(pieces)).toEqual({ id: Number(id), stream: 'stderr', offset: 0, data: 'ZQo=' });
  });

  it('is followed until it ends, and its failure is the exit code', async () => {
    const script = 'for i in 1 2 3; do echo $i; sleep 0.1; done; echo late >&2; exit 3';
    const { code, stdout, stderr } = await system.scitq(['task', 'create', '--follow', '--', 'sh', '-c', script]);
    expect(stdout).toBe('1\n2\n3\n');
    expect(stderr).toMatch(/^late\ntask \d+ failed: /);
    expect(code).toBe(1);
  });
});

describe('the life of tasks', () => {
  it('is waited for, retried, canceled and shown', async () => {
    const lines = [
      '{"command":"true","name":"good"}',
      '{"command":["sh","-c","exit 4"],"name":"bad"}',
      '{"command":"true","after":["bad"]}',
    ];
    const create = ['task', 'create', '--from-file', '-', '--batch', 'life', '--quiet'];
    // No worker works for this batch, so that its tasks stay.
    const queued = await system.scitq(create, { stdin: `${lines.join('\n')}\n` });
    const [good, bad, last] = queued.stdout.trim().split('\n');
    expect(queued.code).toBe(0);

    const list = await system.scitq(['task', 'list', '--batch', 'life', '--columns', 'id,status,name', '--no-header']);
    expect(list.stdout).toBe(`${last}  W waiting  -\n${bad}  P pending  bad\n${good}  P pending  good\n`);

    const canceled = await system.scitq(['task', 'cancel', `${good},${bad}`]);
    expect(canceled.stdout).toBe('canceled 2 tasks\n');
    expect((await system.scitq(['task', 'cancel', 'good'])).code).toBe(1);

    const waited = await system.scitq(['task', 'wait', `${good}-${bad}`, '--progress']);
    expect(waited.code).toBe(1);
    expect(waited.stdout).toBe('2 tasks ended: 2 canceled\n');
    expect(waited.stderr).toContain('2/2  2 canceled');
    expect((await system.scitq(['task', 'wait', 'bad', '--no-fail-on-error'])).code).toBe(0);

    const retried = await system.scitq(['task', 'retry', 'bad', '--batch', 'life', '--json']);
    expect(JSON.parse(retried.stdout)).toMatchObject({ retried: [{ from: Number(bad) }], skipped: [] });
    const shown = await system.scitq(['task', 'show', 'bad']);
    expect(shown.stdout).toContain(`retry of      task ${bad}`);
    expect(shown.stdout).toContain("command       sh -c 'exit 4'");

    const late = await system.scitq(['task', 'wait', '--batch', 'life', '--timeout', '0.3', '--json']);
    expect(late.code).toBe(1);
    expect(JSON.parse(late.stderr)).toMatchObject({ error: { code: 'TIMEOUT' } });
  });

  it('says in words why a task failed, and what to do next', async () => {
    const id = await ended('--', 'sh', '-c', 'exit 4');
    const { stdout } = await system.scitq(['task', 'show', id]);
    expect(stdout).toMatch(/failure +command, exit 4\n/);
    expect(stdout).toContain(`scitq task retry ${id}`);
    expect((await system.scitq(['task', 'list', '--failure', 'command', '--quiet'])).stdout.split('\n')).toContain(id);
  });

  it('depends on other tasks by name, range and `last`', async () => {
    const first = await ended('--name', 'first', '--', 'true');
    const waits = ['--dependency', 'first', '--after', `last,${first}-${first}`];
    const queued = await system.scitq(['task', 'create', '--quiet', '--batch', 'Default', ...waits, '--', 'true']);
    expect(queued.stderr).toBe('');
    const shown = JSON.parse((await system.scitq(['task', 'show', queued.stdout.trim(), '--json'])).stdout);
    expect(shown.dependency).toEqual([
      { taskId: Number(first), kind: 'end', met: true },
      { taskId: Number(first), kind: 'success', met: true },
    ]);
  });
});

describe('a file of tasks', () => {
  it('is queued whole, in many parts, in its order', async () => {
    const stdin = Array.from({ length: 6_000 }, (_, index) => `{"command":["echo","${index}"],"batch":"many"}\n`).join(
      '',
    );
    const { stdout } = await system.scitq(['task', 'create', '--from-file', '-', '--json'], { stdin });
    const { first, count } = JSON.parse(stdout);
    expect(count).toBe(6_000);
    const shown = await system.scitq(['task', 'show', String(first + 5_999), '--json']);
    expect(JSON.parse(shown.stdout).command).toBe('echo 5999');
  });

  it.each([
    ['{"command":"a"}\nhello\n', 'INVALID', 'line 2 of standard input is not JSON'],
    ['{"command":"a"}\n\n{"command":"a","retries":2}\n', 'INVALID', 'line 3 of standard input: '],
    [`${'{"command":"a"}\n'.repeat(5_500)}{"command":""}\n`, 'INVALID', 'line 5501 of standard input: '],
    [
      '{"command":"a","dependency":["b"],"name":"a"}\n{"command":"b","dependency":["a"],"name":"b"}\n',
      'CYCLE',
      'line ',
    ],
    ['', 'INVALID', 'standard input holds no task'],
  ])('that is wrong (%#) is refused whole, with the line', async (stdin, code, message) => {
    const words = ['task', 'create', '--from-file', '-', '--batch', 'refused', '--json'];
    const answer = await system.scitq(words, { stdin });
    expect(answer.code).toBe(1);
    const { error } = JSON.parse(answer.stderr);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect((await system.scitq(['task', 'list', '--batch', 'refused'])).stderr).toContain('no batch "refused"');
  });
});

describe('wrong usage', () => {
  it.each([
    [['tsk', 'list'], "unknown command 'tsk'. Did you mean task?"],
    [['task', 'lst'], "unknown command 'lst'. Did you mean list?"],
    [['task', 'list', '--statu', 'P'], "unknown option '--statu'. Did you mean --status?"],
    [['task', 'list', '--limit', 'x'], 'See `scitq task list --help`'],
    [['task', 'list', '--status', 'foo'], "there is no status 'foo'"],
    [['task', 'show', '3-1'], 'runs backwards'],
    [['task', 'create'], 'the command is empty'],
    [['task', 'create', '--command', "echo 'x"], 'never closed'],
    [['task', 'list', '--server', 'a:b'], "'b' is not a port"],
    [['task', 'create', '--from-file', '/nowhere'], '/nowhere cannot be read'],
  ])('%j exits with 2 and says what to do in one line', async (words, message) => {
    const { code, stdout, stderr } = await system.scitq(words);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('of the bare program shows its help', async () => {
    const { code, stderr } = await system.scitq(['task']);
    expect(code).toBe(2);
    expect(stderr).toContain('Example:');
  });
});

describe('a server', () => {
  it('that is not there exits with 3, a token that is wrong with 4', async () => {
    const nowhere = await run('scitq', ['task', 'list'], { env: { SCITQ_DATA: '/nonexistent/data' } });
    expect(nowhere.code).toBe(3);
    expect(nowhere.stderr).toContain('scitq server');
    const wrong = await system.scitq(['task', 'list', '--token', 'wrong', '--json']);
    expect(wrong.code).toBe(4);
    expect(JSON.parse(wrong.stderr)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
  });

  it('is found by its address, and shows its state', async () => {
    const { host } = new URL(system.server.address);
    const { code, stdout } = await system.scitq(['--json', 'status', '-s', host]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ pid: system.server.pid, workers: { running: 1 } });
    expect((await system.scitq(['worker', 'list'])).stdout).toMatch(/^id +name +status/);
    expect((await system.scitq(['batch', 'list', '--columns', 'batch', '-H'])).stdout).toContain('Default\n');
  });
});

describe('every action', () => {
  it.each([
    [[]],
    [['task']],
    [['batch']],
    [['worker']],
    [['task', 'create']],
    [['task', 'list']],
    [['task', 'show']],
    [['task', 'output']],
    [['task', 'wait']],
    [['task', 'retry']],
    [['task', 'cancel']],
    [['batch', 'list']],
    [['worker', 'list']],
    [['status']],
    [['quickstart']],
  ])('%j has help with an example', async (words) => {
    const { code, stdout } = await system.scitq([...words, '--help']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples?:\n {2}scitq /);
  });

  it('of the programs that stay up is theirs', async () => {
    expect((await system.scitq(['server', '--help'])).stdout).toContain('scitq-server');
    expect((await system.scitq(['worker-agent', '--help'])).stdout).toContain('scitq-worker');
  });
});
