import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { get } from './get.ts';
import { put } from './put.ts';
import { TransferError } from './transfer-error.ts';

let root = '';
let from = '';
let to = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'transfer-'));
  from = join(root, 'from');
  to = join(root, 'to');
  await mkdir(from);
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string | Uint8Array = path): Promise<void> {
  const full = join(from, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, content);
}

/** Every path below `folder`, folders with a slash at their end. */
async function listed(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .map((entry) => `${join(entry.parentPath, entry.name).slice(folder.length + 1)}${entry.isDirectory() ? '/' : ''}`)
    .sort();
}

function failing(transfer: Promise<unknown>): Promise<TransferError> {
  return transfer.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof TransferError ? error : Promise.reject(error)),
  );
}

describe('get', () => {
  test('copies a file with its permissions and time, and replaces one that is there', async () => {
    await write('a.sh', 'new');
    await chmod(join(from, 'a.sh'), 0o4750);
    await utimes(join(from, 'a.sh'), 1e9, 1e9);
    await mkdir(to);
    await writeFile(join(to, 'a.sh'), 'an older, longer one');
    expect(await get(`file://${from}/a.sh`, to)).toEqual({ files: 1, bytes: 3, skipped: [] });
    expect(await readFile(join(to, 'a.sh'), 'utf8')).toBe('new');
    const { mode, mtimeMs } = await stat(join(to, 'a.sh'));
    expect(mode & 0o7777).toBe(0o750);
    expect(mtimeMs).toBe(1e12);
    expect(await listed(to)).toEqual(['a.sh']);
  });

  test('copies what a folder holds, empty files and folders and odd names too', async () => {
    const names = ['plain', 'with space', '-n', 'a\nb', "it's", 'été 🧬', '.hidden', 'deep/er/x', 'a*b', '|untar'];
    for (const name of names) await write(name);
    await write('empty', '');
    await mkdir(join(from, 'void'));
    const { files } = await get(`file://${from}/`, to);
    expect(files).toBe(names.length + 1);
    expect(await listed(to)).toEqual(await listed(from));
    for (const name of names) expect(await readFile(join(to, name), 'utf8')).toBe(name);
  });

  test.runIf(process.platform === 'linux')('names that are not UTF-8 keep their bytes', async () => {
    const name = Buffer.from([0x61, 0xff, 0xe9, 0x62]);
    await writeFile(Buffer.concat([Buffer.from(`${from}/`), name]), 'x');
    await get(`file://${from}/`, to);
    expect(await readdir(to, { encoding: 'buffer' })).toEqual([name]);
  });

  test('a * stands for a part of a name, and what matches keeps its path below the last plain folder', async () => {
    for (const path of ['s1/a.fq', 's1/b.txt', 's2/a.fq', 's2/.fq', 's2/deep/a.fq', 'a.fq', 's3/(x)+.fq'])
      await write(path);
    await get(`file://${from}/s*/*.fq`, to);
    expect(await listed(to)).toEqual(['s1/', 's1/a.fq', 's2/', 's2/.fq', 's2/a.fq', 's3/', 's3/(x)+.fq']);
    await rm(to, { recursive: true });
    await get(`file://${from}/*2/`, to);
    expect(await listed(to)).toEqual(['s2/', 's2/.fq', 's2/a.fq', 's2/deep/', 's2/deep/a.fq']);
    await rm(to, { recursive: true });
    await get(`file://${from}/s*/deep/a.f*`, to);
    expect(await listed(to)).toEqual(['s2/', 's2/deep/', 's2/deep/a.fq']);
    expect(await failing(get(`file://${from}/*.bam`, to))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('*.bam'),
    });
  });

  test('matches as its definition says', async () => {
    const name = fc.stringMatching(/^[ab.]{1,5}$/).filter((name) => name !== '.' && name !== '..');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 1, maxLength: 8 }),
        fc.stringMatching(/^[ab.*]{1,4}$/),
        async (names, pattern) => {
          fc.pre(pattern.includes('*'));
          await rm(from, { recursive: true });
          await rm(to, { recursive: true, force: true });
          for (const name of names) await write(name);
          const expected = names.filter((name) => matches(pattern, name)).sort();
          const { files } = await get(`file://${from}/${pattern}`, to).catch(() => ({ files: 0 }));
          expect(files).toBe(expected.length);
          expect(await listed(to)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('links: within the folder they stay links, the file behind one that leads out is copied', async () => {
    await write('data/x', 'X');
    await writeFile(join(root, 'elsewhere'), 'E');
    await symlink('data/x', join(from, 'near'));
    await symlink(join(from, 'data/x'), join(from, 'absolute'));
    await symlink('../from/data/x', join(from, 'around'));
    await symlink('nothing', join(from, 'dangling'));
    await symlink('../elsewhere', join(from, 'out'));
    await symlink(root, join(from, 'out-folder'));
    await symlink('loop', join(from, 'loop'));
    const { skipped } = await get(`file://${from}/`, to);
    expect(await readlink(join(to, 'near'))).toBe('data/x');
    expect(await readlink(join(to, 'absolute'))).toBe('data/x');
    expect(await readlink(join(to, 'around'))).toBe('data/x');
    expect(await readlink(join(to, 'dangling'))).toBe('nothing');
    expect((await lstat(join(to, 'out'))).isFile()).toBe(true);
    expect(await readFile(join(to, 'out'), 'utf8')).toBe('E');
    expect(skipped).toHaveLength(2);
    expect(skipped.join()).toMatch(/loop.*out-folder/s);

    await get(`file://${from}/out`, join(root, 'named'));
    expect(await readFile(join(root, 'named/out'), 'utf8')).toBe('E');
    await symlink(from, join(root, 'link-to-from'));
    await get(`file://${root}/link-to-from/data/`, join(root, 'through'));
    expect(await listed(join(root, 'through'))).toEqual(['x']);
  });

  test('reports bytes done of all there are', async () => {
    await write('a', Buffer.alloc(3_000_000));
    await write('b', Buffer.alloc(500));
    const seen: { done: number; total: number }[] = [];
    await get(`file://${from}/`, to, { onProgress: (progress) => void seen.push(progress) });
    expect(seen[0]).toEqual({ done: 0, total: 3_000_500 });
    expect(seen.at(-1)).toEqual({ done: 3_000_500, total: 3_000_500 });
    expect(seen.length).toBeGreaterThanOrEqual(4);
  });

  test('breaks off when told, and leaves no half file', async () => {
    await write('a', Buffer.alloc(40_000_000));
    const abort = new AbortController();
    const stop = new Error('enough');
    const onProgress = ({ done }: { done: number }) => {
      if (done > 0) abort.abort(stop);
    };
    await expect(get(`file://${from}/`, to, { signal: abort.signal, onProgress })).rejects.toBe(stop);
    expect(await listed(to)).toEqual([]);
    await expect(get(`file://${from}/`, to, { signal: abort.signal })).rejects.toBe(stop);
  });

  test('says what is wrong with a path', async () => {
    await write('a', 'x');
    await mkdir(join(from, 'f'));
    execFileSync('mkfifo', [join(from, 'pipe')]);
    expect(await failing(get(`file://${from}/none`, to))).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`${from}/none`),
    });
    expect(await failing(get(`file://${from}/none/`, to))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing(get(`file://${from}/none/*`, to))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing(get(`file://${from}/a/`, to))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing(get(`file://${from}/f`, to))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining(`file://${from}/f/`),
    });
    expect(await failing(get(`file://${from}/pipe`, to))).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await failing(get(`file://${from}/`, join(from, 'f')))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('lies in it'),
    });
    expect(await failing(get('s3://b/a', to))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('s3://'),
    });
    expect(await failing(get(`file://${from}/a|untar`, to))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('|untar'),
    });
    expect(await failing(get('file://a', to))).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('column 8'),
    });
    expect(await failing(get(`file://${from}/a`, join(from, 'a')))).toMatchObject({ code: 'IO' });
  });
});

describe('put', () => {
  test('copies what a folder holds to a place that is made, with or without a slash, and adds to what is there', async () => {
    await write('a/b', 'x');
    await write('c', 'y');
    const place = join(root, 'new/deep');
    expect(await put(from, `file://${place}`)).toEqual({ files: 2, bytes: 2, skipped: [] });
    await write('c', 'z');
    await writeFile(join(place, 'other'), '');
    await put(from, `file://${place}/`);
    expect(await listed(place)).toEqual(['a/', 'a/b', 'c', 'other']);
    expect(await readFile(join(place, 'c'), 'utf8')).toBe('z');
  });

  test('follows no link out of the folder', async () => {
    await writeFile(join(root, 'secret'), 'S');
    await write('x');
    await symlink('../secret', join(from, 'leak'));
    await symlink('x', join(from, 'fine'));
    await link(join(from, 'x'), join(from, 'hard'));
    execFileSync('mkfifo', [join(from, 'pipe')]);
    const { skipped } = await put(from, `file://${to}/`);
    expect(skipped).toEqual(['leak is a link to ../secret, outside its folder', 'pipe is no file, folder or link']);
    expect(await listed(to)).toEqual(['fine', 'hard', 'x']);
  });

  test('an empty folder makes an empty folder', async () => {
    expect(await put(from, `file://${to}/`)).toEqual({ files: 0, bytes: 0, skipped: [] });
    expect(await listed(to)).toEqual([]);
  });

  test('says what is wrong with a place', async () => {
    await write('a');
    expect(await failing(put(from, `file://${from}/a/b/`))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing(put(from, `file://${from}/b/`))).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await failing(put(from, `file://${root}/*/`))).toMatchObject({ code: 'UNSUPPORTED' });
    expect(await failing(put(join(root, 'none'), `file://${to}/`))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failing(put(from, 'file:///proc/scitq/'))).toMatchObject({
      message: expect.stringContaining('/proc/scitq'),
    });
  });

  test('a full disk is told by name', async ({ skip }) => {
    await write('a', 'x');
    await mkdir(to);
    // A file system of one page, full before the file is copied.
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', to]).status === 0;
    if (!mounted) skip('[needs Linux, and root that may mount]');
    try {
      await writeFile(join(to, 'filling'), Buffer.alloc(4096));
      const full = { code: 'NO_SPACE', message: expect.stringContaining('no space left') };
      expect(await failing(put(from, `file://${to}/`))).toMatchObject(full);
      expect(await listed(to)).toEqual(['filling']);
    } finally {
      execFileSync('umount', [to]);
    }
  });
});

function matches(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (!pattern.startsWith('*')) return name[0] === pattern[0] && matches(pattern.slice(1), name.slice(1));
  return matches(pattern.slice(1), name) || (name !== '' && matches(pattern, name.slice(1)));
}
