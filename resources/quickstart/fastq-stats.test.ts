import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFiles } from './make-samples.ts';

const script = fileURLToPath(new URL('fastq-stats.sh', import.meta.url));
const names = [...makeFiles().keys()];
const soundNames = names.filter((name) => !name.includes('truncated'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scitq-fastq-stats-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function shipped(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function runStats(file: string, environment: NodeJS.ProcessEnv = {}) {
  const { OUTPUT: _, ...own } = process.env;
  return spawnSync('sh', [script, file], { encoding: 'utf8', env: { ...own, ...environment } });
}

function withContent(text: string): string {
  const file = join(folder, 'made.fastq.gz');
  writeFileSync(file, gzipSync(text));
  return file;
}

/** The same figures by another road: all at once and in numbers instead of line by line and in text. */
function expectedRow(name: string): string {
  const lines = gunzipSync(readFileSync(shipped(name)))
    .toString('latin1')
    .trimEnd()
    .split('\n');
  const sequences = lines.filter((_, at) => at % 4 === 1).join('');
  const scores = Buffer.from(lines.filter((_, at) => at % 4 === 3).join(''), 'latin1');
  const gc = sequences.replace(/[^GC]/g, '').length / sequences.replace(/[^ACGT]/g, '').length;
  const quality = scores.reduce((sum, score) => sum + score - 33, 0) / scores.length;
  return [name, lines.length / 4, sequences.length, (100 * gc).toFixed(2), quality.toFixed(2)].join('\t');
}

describe('the shipped samples', () => {
  test('are what the script beside them makes, byte for byte', () => {
    for (const [name, bytes] of makeFiles()) expect(readFileSync(shipped(name)).equals(bytes), name).toBe(true);
  });

  test('differ in GC content, and their quality falls along the read', () => {
    const rows = soundNames.map((name) => expectedRow(name).split('\t').map(Number));
    const gc = rows.map((row) => row[3] ?? 0);
    expect(Math.min(...gc)).toBeLessThan(40);
    expect(Math.max(...gc)).toBeGreaterThan(60);
    const lines = gunzipSync(readFileSync(shipped('sample-01.fastq.gz')))
      .toString('latin1')
      .split('\n');
    const scores = lines.filter((_, at) => at % 4 === 3);
    const meanAt = (from: number, to: number) => {
      const part = Buffer.from(scores.map((line) => line.slice(from, to)).join(''), 'latin1');
      return part.reduce((sum, score) => sum + score, 0) / part.length;
    };
    expect(meanAt(60, 75)).toBeLessThan(meanAt(5, 20) - 1);
  });
});

describe('fastq-stats.sh', () => {
  test('prints the figures of every sound sample', () => {
    expect(soundNames.length).toBeGreaterThanOrEqual(20);
    for (const name of soundNames) {
      const { status, stdout, stderr } = runStats(shipped(name));
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${expectedRow(name)}\n`, stderr: '' });
    }
  });

  test('writes the line to the folder in OUTPUT too', () => {
    runStats(shipped('sample-01.fastq.gz'), { OUTPUT: folder });
    expect(readFileSync(join(folder, 'sample-01.tsv'), 'utf8')).toBe(`${expectedRow('sample-01.fastq.gz')}\n`);
  });

  test('refuses the truncated sample, says so, and leaves no figures behind', () => {
    const { status, stdout, stderr } = runStats(shipped('sample-21-truncated.fastq.gz'), { OUTPUT: folder });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('unexpected end of file');
    expect(stderr).toContain('cut short');
    expect(existsSync(join(folder, 'sample-21-truncated.tsv'))).toBe(false);
  });

  test.each([
    ['no read at all', '', 'holds no reads'],
    ['a name without @', 'a\nACGT\n+\nFFFF\n', 'read 1, line 1: the name must start with @'],
    ['fewer scores than bases', '@a\nACGT\n+\nFFF\n', 'read 1, line 4: there are 4 bases but 3 quality scores'],
    ['a last read without its scores', '@a\nA\n+\nF\n@b\nAC\n', 'read 2, line 6: the last read is incomplete'],
    ['a letter that is no base', '@a\nACXT\n+\nFFFF\n', 'read 1, line 2: the sequence has something else'],
    ['a wrong separator', '@a\nACGT\n-\nFFFF\n', 'read 1, line 3: the separator must start with +'],
    ['a character that is no score', '@a\nA\n+\n\x01\n', 'read 1, line 4: a quality score is not a character'],
  ])('refuses %s', (_, text, reason) => {
    const { status, stdout, stderr } = runStats(withContent(text));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(reason);
  });

  test('reads a quality line that starts with @ as scores, not as a name', () => {
    expect(runStats(withContent('@a\nACGT\n+\n@FFF\n')).stdout).toBe('made.fastq.gz\t1\t4\t50.00\t35.50\n');
  });

  test('tells a missing file and a missing argument from damage', () => {
    expect(runStats(join(folder, 'absent.fastq.gz'))).toMatchObject({ status: 2, stdout: '' });
    expect(spawnSync('sh', [script], { encoding: 'utf8' })).toMatchObject({ status: 2, stdout: '' });
  });

  test.skipIf(!existsSync('/usr/bin/busybox'))('gives the same with nothing but busybox on the path', () => {
    for (const tool of ['gzip', 'awk']) symlinkSync('/usr/bin/busybox', join(folder, tool));
    const { status, stdout } = spawnSync('/usr/bin/busybox', ['sh', script, shipped('sample-02.fastq.gz')], {
      encoding: 'utf8',
      env: { PATH: folder },
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: `${expectedRow('sample-02.fastq.gz')}\n` });
  });
});
