import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonLinesSettings, TaskPart } from './json-lines.ts';
import { JsonLines } from './json-lines.ts';

async function read(text: string | Uint8Array, overrides: Partial<JsonLinesSettings> = {}, chunk = 7) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  const lines = new JsonLines({ name: 'tasks.jsonl', tasksPerPart: 2, bytesPerPart: 1_000, ...overrides });
  const parts: TaskPart[] = [];
  for await (const part of lines.parts(source())) parts.push(part);
  return { parts, lines };
}

const commandsOf = (parts: TaskPart[]) => parts.map((part) => part.tasks.map((task) => task.command));

describe('JSON lines of tasks', () => {
  it('come in parts, whatever the end of the file looks like', async () => {
    const text = '{"command":"a"}\r\n{"command":"b"}\n{"command":"c"}';
    for (const end of ['', '\n', '\n\n']) {
      const { parts } = await read(text + end);
      expect(commandsOf(parts)).toEqual([['a', 'b'], ['c']]);
      expect(parts.map((part) => part.firstIndex)).toEqual([0, 2]);
    }
  });

  it('make smaller parts of long lines', async () => {
    const { parts } = await read('{"command":"a"}\n{"command":"b"}\n', { bytesPerPart: 10 });
    expect(commandsOf(parts)).toEqual([['a'], ['b']]);
  });

  it('take from the command line what they do not say themselves', async () => {
    const { parts } = await read('{"command":"a"}\n{"command":"b","retry":0}\n', { defaults: { retry: 2 } });
    expect(parts[0]?.tasks).toEqual([
      { command: 'a', retry: 2 },
      { command: 'b', retry: 0 },
    ]);
  });

  it('may begin with a byte order mark', async () => {
    expect(commandsOf((await read('\uFEFF{"command":"a"}')).parts)).toEqual([['a']]);
  });

  it.each([
    ['{"command":"a"}\nhello\n', 'line 2 of tasks.jsonl is not JSON'],
    ['{"command":"a"}\n\n{"command":\n', 'line 3 of tasks.jsonl is not JSON'],
    ['["echo"]\n', 'line 1 of tasks.jsonl is a list, not a task'],
    ['null', 'line 1 of tasks.jsonl is null, not a task'],
    ['"echo"', 'line 1 of tasks.jsonl is a string, not a task'],
  ])('refuse %j and name the line', async (text, message) => {
    await expect(read(text)).rejects.toThrow(message);
    await expect(read(text)).rejects.toThrow('nothing was queued');
  });

  it('refuse bytes that are no text', async () => {
    await expect(read(Buffer.from([0x7b, 0xff, 0x7d]))).rejects.toThrow('line 1 of tasks.jsonl is not text in UTF-8');
  });

  it('know the line of every task, and lose none, however the bytes arrive', async () => {
    const file = fc.array(fc.constantFrom('task', '', '  '), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(file, fc.integer({ min: 1, max: 40 }), async (kinds, chunk) => {
        const expected = kinds.flatMap((kind, index) => (kind === 'task' ? [index + 1] : []));
        const text = kinds.map((kind, index) => (kind === 'task' ? `{"command":"é${index + 1}"}` : kind)).join('\n');
        const { parts, lines } = await read(text, {}, chunk);
        expect(commandsOf(parts).flat()).toEqual(expected.map((line) => `é${line}`));
        expect(expected.map((_, index) => lines.lineOf(index))).toEqual(expected);
        expect(lines.count).toBe(expected.length);
      }),
    );
  });
});
