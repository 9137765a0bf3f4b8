import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from './lab.ts';
import { peakMemory } from './peak-memory.ts';

const lab = openLab({ worker: { concurrency: 2 } });

/** In MB, for the server and for the agent. */
const MEMORY_LIMIT = 300;

async function expectBoundedMemory(): Promise<void> {
  for (const { program } of [lab.server, lab.worker]) {
    const peak = await peakMemory(program.pid);
    if (peak !== undefined) expect(peak, `MB of ${program.name} at most`).toBeLessThan(MEMORY_LIMIT);
  }
}

test('200 MB are stored and read back byte for byte, in little memory', async () => {
  const script = 'seq 1 40000000 | head -c 200000000';
  const id = await lab.create('--', 'sh', '-c', script);
  await lab.untilEnded(id);
  expect(await lab.show(id)).toMatchObject({ status: 'S' });
  const { code, output, stderr } = await lab.scitq(['task', 'output', String(id)]);
  expect({ code, stderr, bytes: output.length }).toEqual({ code: 0, stderr: '', bytes: 200_000_000 });
  expect(createHash('sha256').update(output).digest('hex')).toBe(await hashOf(script));
  await expectBoundedMemory();
});

test('a line of 10 MB without an end', async () => {
  const id = await lab.create('--', 'sh', '-c', 'head -c 10485760 /dev/zero | tr "\\0" x');
  await lab.untilEnded(id);
  const line = Buffer.alloc(10_485_760, 'x');
  expect((await lab.scitq(['task', 'output', String(id)])).output.equals(line)).toBe(true);
  expect((await lab.scitq(['task', 'output', String(id), '--tail', '1'])).output.equals(line)).toBe(true);
  await expectBoundedMemory();
});

test('bytes of all values, on both streams', async () => {
  const bytes = Buffer.from(Array.from({ length: 4_096 }, (_, index) => index % 256));
  const backwards = Buffer.from(bytes).reverse();
  const [file, backwardsFile] = [join(lab.programs.root, 'bytes'), join(lab.programs.root, 'backwards')];
  await writeFile(file, bytes);
  await writeFile(backwardsFile, backwards);
  const id = await lab.create('--', 'sh', '-c', 'cat "$0"; cat "$1" >&2', file, backwardsFile);
  await lab.untilEnded(id);
  const { code, output } = await lab.scitq(['task', 'output', String(id), '--stdout']);
  expect({ code, output: output.equals(bytes) }).toEqual({ code: 0, output: true });
  const pieces = (await lab.print('--json', 'task', 'output', String(id))).trim().split('\n');
  expect(bytesOf(pieces, 'stdout').equals(bytes)).toBe(true);
  expect(bytesOf(pieces, 'stderr').equals(backwards)).toBe(true);
});

test('--follow prints what a task prints while it runs, and ends with it', async () => {
  const go = join(lab.programs.root, 'go');
  const id = await lab.create(
    '--',
    'sh',
    '-c',
    'echo first; until [ -e "$0" ]; do sleep 0.1; done; echo last; exit 4',
    go,
  );
  const following = await lab.start('task', 'output', String(id), '--follow');
  await following.untilPrinted(/^first\n$/, 'stdout');
  expect(await lab.show(id)).toMatchObject({ status: 'R' });
  await writeFile(go, '');
  expect(await following.untilEnded()).toMatchObject({ code: 0 });
  expect(following.stdout).toBe('first\nlast\n');
  expect(await lab.show(id)).toMatchObject({ status: 'F', exitCode: 4 });
});

test('task create --follow prints both streams and says how it ended', async () => {
  const words = ['task', 'create', '--follow', '--', 'sh', '-c', 'echo out; echo err >&2; exit $0'];
  const well = await lab.scitq([...words, '0']);
  expect(well).toMatchObject({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  const badly = await lab.scitq([...words, '5']);
  expect(badly).toMatchObject({ code: 1, stdout: 'out\n' });
  expect(badly.stderr).toMatch(/^err\n.*failed.*exit code 5/s);
});

/** Of what the same command prints here. */
async function hashOf(script: string): Promise<string> {
  const hash = createHash('sha256');
  const { stdout } = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const chunk of stdout) hash.update(chunk);
  return hash.digest('hex');
}

/** One stream of the lines that `scitq task output --json` prints. */
function bytesOf(lines: readonly string[], stream: 'stdout' | 'stderr'): Buffer {
  const pieces: { stream: string; data: string }[] = lines.map((line) => JSON.parse(line));
  return Buffer.concat(
    pieces.filter((piece) => piece.stream === stream).map((piece) => Buffer.from(piece.data, 'base64')),
  );
}
