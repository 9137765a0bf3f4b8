import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestSystem } from '../test-programs.ts';

let system: TestSystem;
beforeAll(async () => {
  system = await TestSystem.start();
}, 60_000);
afterAll(() => system[Symbol.asyncDispose]());

/** Launches a command, waits until it has ended, and returns what it printed. */
async function printed(...words: string[]): Promise<string> {
  const { stdout } = await system.launch(words);
  const id = /^Task queued with task id: (\d+)\n$/.exec(stdout)?.[1] ?? 'none';
  await system.scitq(['task', 'wait', id]);
  return (await system.scitq(['task', 'output', id])).stdout;
}

describe('scitq-launch', () => {
  it('keeps the argument vector', async () => {
    expect(await printed('sh', '-c', 'echo "a  b" $CPU')).toMatch(/^a {2}b \d+\n$/);
    expect(await printed('-n', 'mine', '--', 'printf', '%s|', '--json', '-t', "it's", '', 'a b')).toBe(
      "--json|-t|it's||a b|",
    );
  });

  it('splits a command in one text and expands nothing', async () => {
    expect(await printed('echo $CPU')).toBe('$CPU\n');
  });

  it('passes on what it was told', async () => {
    const words = ['-b', 'mine', '-n', 'full', '-d', 'ubuntu:latest', '-O', '--gpus all', '-u', '5', '-g', '6'];
    const data = ['-i', 'file:///a/1 file:///a/2', '-i', 'file:///a/3', '-r', 'file:///db', '-o', 'file:///out/'];
    const { code } = await system.launch([...words, ...data, '--retry', '2', 'mycommand', '--myoption', 'my arg']);
    expect(code).toBe(0);
    const { stdout } = await system.scitq(['task', 'show', 'full', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      batch: 'mine',
      name: 'full',
      retry: 2,
      command: "mycommand --myoption 'my arg'",
      settings: {
        container: 'ubuntu:latest',
        containerOptions: '--gpus all',
        uid: 5,
        gid: 6,
        input: ['file:///a/1', 'file:///a/2', 'file:///a/3'],
        resource: ['file:///db'],
        output: 'file:///out/',
      },
    });
  });

  it('prints the task and launches nothing with -t', async () => {
    const { code, stdout } = await system.launch(['-t', '-b', 'tested', '-i', 's3://a', 'sh', '-c', 'wc -l']);
    expect(code).toBe(0);
    expect(stdout).toBe("Command that would be sent: sh -c 'wc -l'\nbatch: tested\ninput: s3://a\n");
    expect((await system.scitq(['batch', 'list'])).stdout).not.toContain('tested');
  });

  it.each([
    [['--bath', 'x', 'true'], "unknown option '--bath'. Did you mean --batch?"],
    [['-b'], 'argument missing'],
    [['-O', 'x', 'true'], 'without a docker image'],
    [['-b', 'x'], 'the command is empty'],
    [['-u', 'me', 'true'], 'whole number'],
    [[], 'Usage: scitq-launch'],
  ])('refuses %j', async (words, message) => {
    const { code, stderr } = await system.launch(words);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});
