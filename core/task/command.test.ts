import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteWords, splitWords } from './command.ts';

const word = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', "'", '"', '\\', '$CPU', 'a  b', '\n', '--', '-n', '*'),
);

describe('commands', () => {
  test('quoting and splitting are inverses, whatever the words hold', () => {
    fc.assert(
      fc.property(fc.array(word), (words) => {
        expect(splitWords(quoteWords(words))).toEqual({ ok: true, words });
      }),
    );
  });

  test('plain words stay readable', () => {
    expect(quoteWords(['sh', '-c', 'echo "a  b" $CPU'])).toBe(`sh -c 'echo "a  b" $CPU'`);
    expect(quoteWords(['fastp', '-i', '/input/s1.fq.gz', '--json=x'])).toBe('fastp -i /input/s1.fq.gz --json=x');
  });

  test.each([
    ['echo "hello world"', ['echo', 'hello world']],
    [`a'b'"c"d`, ['abcd']],
    ['a\\ b', ['a b']],
    ['"a\\"b\\$c\\d"', ['a"b$c\\d']],
    ["''", ['']],
    ['  spaced \t out\n', ['spaced', 'out']],
    ['one\\\ntwo', ['onetwo']],
    ['echo $HOME | wc', ['echo', '$HOME', '|', 'wc']],
  ])('splits %j as a shell would', (line, words) => {
    expect(splitWords(line)).toEqual({ ok: true, words });
  });

  test('says in which column a quote was left open', () => {
    expect(splitWords("echo 'hello")).toEqual({
      ok: false,
      column: 6,
      message: 'the single quote that opens in column 6 is never closed',
    });
    expect(splitWords('echo "hello')).toMatchObject({ ok: false, column: 6 });
    expect(splitWords('echo \\')).toMatchObject({ ok: false, column: 6 });
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(typeof splitWords(line).ok).toBe('boolean');
      }),
    );
  });
});
