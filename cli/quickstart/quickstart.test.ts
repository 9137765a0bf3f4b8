import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readLocalServer } from '#client/local.ts';
import type { Finished, RunOptions } from '../test-programs.ts';
import { run, temporaryFolder } from '../test-programs.ts';

const exec = promisify(execFile);

function quickstart(folder: string, words: readonly string[] = [], options: RunOptions = {}): Promise<Finished> {
  return run('scitq', ['quickstart', ...words], { cwd: folder, ...options });
}

/** Processes that were started with something of this folder in their command line, as all of a quick start are. */
async function processesOf(folder: string): Promise<string[]> {
  const { stdout } = await exec('ps', ['-A', '-o', 'pid=,args=']);
  return stdout.split('\n').filter((line) => line.includes(folder));
}

async function summaryRows(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'quickstart-results', 'summary.tsv'), 'utf8');
  return text.trim().split('\n').slice(1);
}

describe('the quick start', () => {
  it('runs a real batch to its results, twice, and leaves nothing running', async () => {
    await using folder = await temporaryFolder('it is 100% é');
    for (let time = 1; time <= 2; time += 1) {
      const { code, stdout, stderr } = await quickstart(folder.path);
      expect(stderr).toContain('24/24  23 succeeded, 1 failed');
      expect(code).toBe(0);
      expect(await summaryRows(folder.path)).toHaveLength(20);
      expect(stdout).toMatch(/^file +reads +bases +gc_percent +mean_quality\nsample-01\.fastq\.gz +317 /);
      expect(stdout).toContain('truncated-on-purpose, failed, as it was meant to');
      expect(stdout).toContain('unexpected end of file');
      expect(stdout).toContain('flaky-download failed 2 times');
      expect(await processesOf(folder.path)).toEqual([]);
    }
    const lengths = await readFile(join(folder.path, 'quickstart-results', 'read-lengths', 'sample-01.txt'), 'utf8');
    expect(lengths).toMatch(/^sample-01\.fastq\.gz\t\d+\.\d bases a read\n$/);
  });

  it('can leave its server running, which the next one uses, and prints commands that work', async () => {
    await using folder = await temporaryFolder();
    try {
      const kept = await quickstart(folder.path, ['--keep']);
      expect(kept.code).toBe(0);
      const list = /all tasks +(.*)$/m.exec(kept.stdout)?.[1] ?? 'false';
      const log = /^ {2}its log +(.*)$/m.exec(kept.stdout)?.[1] ?? 'false';
      expect((await exec('sh', ['-c', list], { cwd: folder.path })).stdout).toContain('truncated-on-purpose');
      expect((await exec('sh', ['-c', log], { cwd: folder.path })).stderr).toContain('unexpected end of file');

      const again = await quickstart(folder.path);
      expect(again.stderr).toContain('using the server that runs here already');
      expect(again.code).toBe(0);
      expect(await summaryRows(folder.path)).toHaveLength(20);

      const stop = /stop it +(kill \d+)$/m.exec(again.stdout)?.[1] ?? 'false';
      expect(kept.stdout).toContain(stop);
      await exec('sh', ['-c', stop]);
      await expect.poll(() => processesOf(folder.path), { timeout: 20_000 }).toEqual([]);
    } finally {
      const left = await readLocalServer(join(folder.path, 'quickstart-results', 'server'));
      if (left !== undefined) process.kill(left.pid, 'SIGTERM');
    }
  });

  it.each([/starting a server/, /tasks queued/, /\d+\/24 /])(
    'stops all of it when it is interrupted at %s',
    async (moment) => {
      await using folder = await temporaryFolder();
      const { code, stderr } = await quickstart(folder.path, [], { interruptAt: moment });
      expect(stderr).toContain('interrupted');
      expect(code).toBe(130);
      expect(await processesOf(folder.path)).toEqual([]);
      expect(await readdir(join(folder.path, 'quickstart-results', 'server'))).not.toContain('quickstart.lock');
    },
  );

  it('says that a port is taken', async () => {
    await using folder = await temporaryFolder();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await quickstart(folder.path, ['--port', String(port)]);
    other.close();
    expect(stderr).toContain(`port ${port} is taken by another program`);
    expect(code).toBe(1);
    expect(await processesOf(folder.path)).toEqual([]);
  });

  it('says that a folder cannot be written', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'file'), '');
    for (const results of ['file', 'file/below', '/proc/results', 'a*']) {
      const { code, stderr } = await quickstart(folder.path, ['--results', results]);
      expect(stderr).toMatch(/cannot be written|cannot address/);
      expect(stderr).toContain('--results FOLDER');
      expect(code).toBe(1);
    }
  });

  it('refuses to run twice at once over the same folder', async () => {
    await using folder = await temporaryFolder();
    const both = await Promise.all([quickstart(folder.path), quickstart(folder.path)]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(both.map(({ stderr }) => stderr).join('')).toContain('another quick start (process');
  });

  it('tells programs how it went', async () => {
    await using folder = await temporaryFolder();
    const { code, stdout } = await quickstart(folder.path, ['--json']);
    expect(code).toBe(0);
    const outcome = JSON.parse(stdout);
    expect(outcome).toMatchObject({ asIntended: true, tasks: { total: 24, ended: 24 }, server: null });
    expect(outcome.summary[0]).toMatchObject({ file: 'sample-01.fastq.gz', reads: '317' });
    expect(outcome.failed).toMatchObject([{ name: 'truncated-on-purpose', exitCode: 1 }]);
  });
});
