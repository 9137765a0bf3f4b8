import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWith } from '#e2e/services.ts';
import { expectFailure } from './expect-failure.ts';
import { openLab } from './lab.ts';

/** No network of its own: nothing here needs one, and an engine may have none to give. */
const ALPINE = ['--container', 'alpine', '--container-options', '--network none'];

await describeWith('docker', 'a command in a container', () => {
  const { DOCKER_HOST } = process.env;
  const lab = openLab({ worker: { concurrency: 2, ...(DOCKER_HOST && { env: { DOCKER_HOST } }) } });

  test('reads /input and leaves what it has made in /output', async () => {
    const folder = join(lab.programs.root, 'greetings');
    await mkdir(folder);
    await writeFile(join(folder, 'name.txt'), 'world\n');
    const stored = join(lab.programs.root, 'greeted');
    const id = await lab.create(
      ...ALPINE,
      ...['--input', `file://${folder}/name.txt`, '--output', `file://${stored}/`],
      ...['--', 'sh', '-c', 'echo "hello $(cat /input/name.txt)" | tee /output/greeting.txt; echo done >&2'],
    );
    await lab.untilEnded(id);
    expect(await lab.show(id)).toMatchObject({ status: 'S', exitCode: 0 });
    expect(await readdir(stored)).toEqual(['greeting.txt']);
    expect(await readFile(join(stored, 'greeting.txt'), 'utf8')).toBe('hello world\n');
    const { stdout, stderr } = await lab.scitq(['task', 'output', String(id)]);
    expect({ stdout, stderr }).toEqual({ stdout: 'hello world\n', stderr: 'done\n' });
  });

  test.each([
    {
      what: 'fails by its exit code',
      argv: [...ALPINE, '--', 'sh', '-c', 'exit 7'],
      failure: 'command',
      exitCode: 7,
      says: /ended with exit code 7/,
    },
    {
      what: 'fails when there is no such image',
      argv: ['--container', 'scitq/no-such-image:0', '--', 'true'],
      failure: 'image',
      says: /image scitq\/no-such-image:0 could not be fetched.*check/i,
    },
    {
      what: 'fails when the image has no such program',
      argv: [...ALPINE, '--', 'samtools', 'view'],
      failure: 'command',
      says: /no program "samtools" in the container image alpine.*spelling/,
    },
    {
      what: 'fails when the kernel kills it for memory',
      argv: ['--container', 'alpine', '--container-options', '--memory 64m --network none', '--', 'tail', '/dev/zero'],
      failure: 'oom',
      exitCode: 137,
      says: /more memory than it may.*--memory/,
    },
  ] as const)('$what', async ({ argv, ...expected }) => {
    await expectFailure(lab, await lab.outcome(...argv), expected);
  });
});
