import { afterEach, expect, test } from 'vitest';
import { expectRefusal } from './expect-refusal.ts';
import { openLab } from './lab.ts';

const lab = openLab({});
const FROM_STDIN = ['task', 'create', '--from-file', '-'];
const good = '{"command":"true"}';

afterEach(async () => {
  expect(await lab.print('--quiet', 'task', 'list', '--show-hidden'), 'nothing was queued').toBe('');
});

test.each([
  {
    what: 'a line that is not JSON',
    lines: [good, good, '{"command":"true"', good, good],
    code: 'INVALID',
    says: /line 3 of standard input is not JSON.*nothing was queued/,
  },
  {
    what: 'a line that is no object',
    lines: [good, '', '["true"]'],
    code: 'INVALID',
    says: /line 3 of standard input is a list, not a task.*nothing was queued/,
  },
  {
    what: 'a field that there is not',
    lines: [good, '{"command":"true","contianer":"alpine"}', good],
    code: 'INVALID',
    says: /line 2 of standard input.*contianer.*nothing was queued/i,
  },
  {
    what: 'a field of the wrong type',
    lines: [good, good, good, '{"command":"true","retry":"two"}'],
    code: 'INVALID',
    says: /line 4 of standard input.*retry.*nothing was queued/i,
  },
  {
    what: 'a line without a command',
    lines: [good, '{"name":"liver"}'],
    code: 'INVALID',
    says: /line 2 of standard input.*command.*nothing was queued/i,
  },
  {
    what: 'an empty command',
    lines: [good, '{"command":""}'],
    code: 'INVALID',
    says: /line 2 of standard input.*command is empty.*nothing was queued/i,
  },
  {
    what: 'a cycle',
    lines: [
      good,
      '{"command":"true","name":"align","dependency":["sort"]}',
      '{"command":"true","name":"sort","after":["index"]}',
      '{"command":"true","name":"index","dependency":["align"]}',
    ],
    code: 'CYCLE',
    says: /line [234] of standard input.*wait for each other.*align.*→.*nothing was queued/i,
  },
  {
    what: 'a task that waits for itself',
    lines: ['{"command":"true","name":"align","dependency":["align"]}'],
    code: 'CYCLE',
    says: /line 1 of standard input.*align → align.*nothing was queued/i,
  },
  {
    what: 'a dependency on a task that there is not',
    lines: [good, '{"command":"true","dependency":["algin"]}'],
    code: 'UNKNOWN_TASK',
    says: /line 2 of standard input.*algin.*nothing was queued/i,
  },
  {
    what: 'a dependency on an id that there is not',
    lines: [good, good, '{"command":"true","dependency":[999]}'],
    code: 'UNKNOWN_TASK',
    says: /line 3 of standard input.*999.*nothing was queued/i,
  },
  { what: 'no line at all', lines: [], code: 'INVALID', says: /standard input holds no task/ },
  { what: 'blank lines alone', lines: ['', '   ', ''], code: 'INVALID', says: /standard input holds no task/ },
  {
    what: 'a command of 10 MB',
    lines: [good, `{"command":["echo","${'x'.repeat(10_000_000)}"]}`],
    code: 'TOO_LARGE',
    says: /line 2 of standard input.*131,?071.*nothing was queued/i,
  },
  {
    what: 'a command that is too long by one byte',
    lines: [`{"command":["echo","${'x'.repeat(131_067)}"]}`],
    code: 'TOO_LARGE',
    says: /line 1 of standard input.*131,?072 bytes.*131,?071.*nothing was queued/i,
  },
  {
    what: 'a line of 20 MB',
    lines: [good, `{"command":["echo","${'x'.repeat(20_000_000)}"]}`],
    code: 'INVALID',
    says: /line 2 of standard input.*16,?777,?216 bytes.*nothing was queued/i,
  },
])('$what', async ({ lines, code, says }) => {
  const stdin = lines.map((line) => `${line}\n`).join('');
  await expectRefusal(lab, FROM_STDIN, { exit: 1, code, says }, { stdin });
});

test('bytes that are no text', async () => {
  const stdin = Buffer.concat([Buffer.from(`${good}\n`), Buffer.from([0xff, 0xfe, 0x0a])]);
  await expectRefusal(
    lab,
    FROM_STDIN,
    { exit: 1, code: 'INVALID', says: /line 2 of standard input is not text in UTF-8.*nothing was queued/ },
    { stdin },
  );
});

test.each([
  { what: 'that is not JSON', line: 'samtools sort', code: 'INVALID', says: /line 9000 .*not JSON/ },
  {
    what: 'with a field that there is not',
    line: '{"command":"true","cpus":2}',
    code: 'INVALID',
    says: /line 9000 .*cpus/,
  },
  {
    what: 'with an unknown dependency',
    line: '{"command":"true","after":["nobody"]}',
    code: 'UNKNOWN_TASK',
    says: /line 9000 .*nobody/,
  },
])('one line $what among 10,000', async ({ line, code, says }) => {
  const lines = Array.from({ length: 10_000 }, (_, index) => (index === 8_999 ? line : good));
  await expectRefusal(lab, FROM_STDIN, { exit: 1, code, says }, { stdin: `${lines.join('\n')}\n` });
});

test('a last line without an end of line is a task like others', async () => {
  const { code, stdout } = await lab.scitq([...FROM_STDIN, '--dry-run'], { stdin: `${good}\n${good}` });
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('would queue 2 tasks') });
});
