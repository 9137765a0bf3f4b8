import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandFromWords, commandOf } from './command-words.ts';

describe('commandFromWords', () => {
  it('keeps the argument vector', () => {
    const words = ['sh', '-c', 'echo "a  b" $CPU'];
    expect(commandFromWords(words)).toEqual(words);
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2 }), (vector) => {
        expect(commandFromWords(vector)).toEqual(vector);
      }),
    );
  });

  it('splits a single word that has blanks, and expands nothing', () => {
    expect(commandFromWords(['echo $CPU'])).toEqual(['echo', '$CPU']);
    expect(commandFromWords([`grep 'two words' file`])).toEqual(['grep', 'two words', 'file']);
    expect(commandFromWords(['true'])).toEqual(['true']);
  });

  it('refuses what is empty and what does not close', () => {
    expect(() => commandFromWords([])).toThrow('the command is empty');
    expect(() => commandFromWords([''])).toThrow('the command is empty');
    expect(() => commandFromWords(['  '])).toThrow('the command is empty');
    expect(() => commandFromWords([`echo 'x`])).toThrow('never closed');
  });
});

describe('commandOf', () => {
  it('takes --command, or the words after the options, not both', () => {
    expect(commandOf({ command: 'echo a', words: [] })).toEqual({ command: ['echo', 'a'] });
    expect(commandOf({ words: ['echo', 'a'] })).toEqual({ command: ['echo', 'a'] });
    expect(() => commandOf({ command: 'echo a', words: ['b'] })).toThrow('given twice');
  });

  it('leaves the text of a shell alone', () => {
    expect(commandOf({ command: 'echo $CPU | cat', shell: 'sh', words: [] })).toEqual({
      command: 'echo $CPU | cat',
      shell: 'sh',
    });
    expect(() => commandOf({ shell: 'sh', words: ['echo', 'a'] })).toThrow('one text');
    expect(() => commandOf({ shell: 'sh', command: ' ', words: [] })).toThrow('empty');
  });
});
