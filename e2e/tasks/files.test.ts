import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectFailure } from './expect-failure.ts';
import { openLab } from './lab.ts';

const lab = openLab({ worker: { concurrency: 2 } });

async function folderWith(name: string, files: Record<string, string>): Promise<string> {
  const folder = await lab.programs.folder(name);
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

/** Prints `path: content` for all files below $INPUT. */
const LIST_INPUTS = 'cd "$INPUT" && find . -type f -exec sh -c \'printf "%s: " "$1"; cat "$1"\' sh {} \\;';

describe('inputs', () => {
  test('with names that are hard to quote arrive side by side', async () => {
    const files = {
      'two words.txt': 'one\n',
      'it\'s "quoted" $HOME.txt': 'two\n',
      '-n': 'three\n',
      'naïve 木 🧬.txt': 'four\n',
      '100%.txt': 'five\n',
      'lane#1?.txt': 'six\n',
    };
    const folder = await folderWith('odd names', files);
    const inputs = Object.keys(files).flatMap((name) => ['--input', `file://${folder}/${name}`]);
    const id = await lab.create(...inputs, '--shell', 'sh', '--command', LIST_INPUTS);
    await lab.untilEnded(id);
    expect(await lab.show(id)).toMatchObject({ status: 'S' });
    const lines = (await lab.print('task', 'output', String(id))).split('\n').sort();
    const expected = Object.entries(files).map(([name, content]) => `./${name}: ${content.trim()}`);
    expect(lines).toEqual([...expected, ''].sort());
  });

  test('that are a folder arrive as what is in it', async () => {
    const folder = await folderWith('reads', { 'a.fq': 'A\n', 'lane 1/b.fq': 'B\n', 'lane 1/deep/c.fq': 'C\n' });
    const id = await lab.create('--input', `file://${folder}/`, '--shell', 'sh', '--command', LIST_INPUTS);
    await lab.untilEnded(id);
    const lines = (await lab.print('task', 'output', String(id))).trim().split('\n').sort();
    expect(lines).toEqual(['./a.fq: A', './lane 1/b.fq: B', './lane 1/deep/c.fq: C']);
  });

  test('belong to the task: what it does to them is not done to the originals', async () => {
    const folder = await folderWith('originals', { 'a.txt': 'untouched\n' });
    const script = 'echo changed >"$INPUT/a.txt" && cat "$INPUT/a.txt"';
    const id = await lab.create('--input', `file://${folder}/a.txt`, '--shell', 'sh', '--command', script);
    await lab.untilEnded(id);
    expect(await lab.print('task', 'output', String(id))).toBe('changed\n');
    expect(await readFile(join(folder, 'a.txt'), 'utf8')).toBe('untouched\n');
  });

  test('that are missing fail the task before its command runs', async () => {
    const missing = join(lab.programs.root, 'no such folder', 'sample 1.fq');
    const ran = join(lab.programs.root, 'ran');
    const task = await lab.outcome('--input', `file://${missing}`, '--', 'touch', ran);
    await expectFailure(lab, task, { failure: 'download', says: /could not be fetched.*(no such file|there is no)/is });
    expect(task.message).toContain(missing);
    expect(await readdir(lab.programs.root)).not.toContain('ran');
  });
});

describe('an output', () => {
  test.each([
    { end: 'succeeds', code: 0, status: 'S' },
    { end: 'fails', code: 2, status: 'F' },
  ])('is stored when the command $end', async ({ code, status }) => {
    const stored = join(lab.programs.root, `stored ${code}`);
    const script = `mkdir -p "$OUTPUT/tables/a b" && echo 42 >"$OUTPUT/tables/a b/counts.tsv" && : >"$OUTPUT/-empty"; exit ${code}`;
    const task = await lab.outcome('--output', `file://${stored}/`, '--shell', 'sh', '--command', script);
    expect(task).toMatchObject({ status, exitCode: code });
    expect((await readdir(stored, { recursive: true })).sort()).toEqual([
      '-empty',
      'tables',
      'tables/a b',
      'tables/a b/counts.tsv',
    ]);
    expect(await readFile(join(stored, 'tables/a b/counts.tsv'), 'utf8')).toBe('42\n');
  });

  test.each([
    { where: 'below a file', place: () => join(lab.programs.root, 'taken', 'results') },
    { where: 'where no folder can be made', place: () => '/proc/results' },
  ])('that cannot be stored, $where, is kept on the worker', async ({ place }) => {
    await writeFile(join(lab.programs.root, 'taken'), 'a file, not a folder\n');
    const uri = `file://${place()}/`;
    const task = await lab.outcome(
      '--output',
      uri,
      '--shell',
      'sh',
      '--command',
      'echo precious >"$OUTPUT/result.txt"',
    );
    await expectFailure(lab, task, { failure: 'upload', says: /could not be stored.*kept on the worker in/s });
    expect(task.message).toContain(uri);
    const kept = /kept on the worker in ([^)\s]+)/.exec(task.message ?? '')?.[1] ?? 'not said';
    expect(await readFile(join(kept, 'result.txt'), 'utf8')).toBe('precious\n');
  });

  test('that cannot be stored does not hide that the command failed', async () => {
    const uri = `file://${lab.programs.root}/taken/results/`;
    await writeFile(join(lab.programs.root, 'taken'), 'a file, not a folder\n');
    await expectFailure(lab, await lab.outcome('--output', uri, '--', 'sh', '-c', 'exit 5'), {
      failure: 'command',
      exitCode: 5,
      says: /exit code 5.*could not be stored.*kept on the worker/s,
    });
  });
});
