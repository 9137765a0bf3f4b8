import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quoteArgv } from './quote.ts';

const byte = fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code));
const nasty = fc.constantFrom(
  "'",
  '"',
  '\\',
  '\n',
  '$',
  '`',
  '!',
  ' ',
  '-',
  '*',
  '\r',
  '\x81',
  '\x88',
  '\xff',
  "'\\''",
);
const word = fc.array(fc.oneof(byte, nasty), { maxLength: 12 }).map((parts) => parts.join(''));

/** Words as latin1 stand for every sequence of bytes but NUL; what printf gets is what was quoted. */
function throughShell(shell: string, words: readonly string[]): string[] {
  const script = `printf '%s\\0' ${quoteArgv(words)}\n`;
  const { stdout } = spawnSync(shell, ['-s'], { argv0: 'sh', input: Buffer.from(script, 'latin1'), env: {} });
  return stdout.toString('latin1').split('\0').slice(0, -1);
}

describe.each(['/bin/sh', '/bin/dash', '/bin/bash', '/bin/busybox'].filter((shell) => existsSync(shell)))(
  '%s',
  (shell) => {
    test('gives a program exactly the bytes that were quoted', () => {
      fc.assert(
        fc.property(fc.array(word, { minLength: 1, maxLength: 30 }), (words) => {
          expect(throughShell(shell, words)).toEqual(words);
        }),
        { numRuns: 40 },
      );
    });

    test('and keeps Unicode, leading dashes and empty words', () => {
      const words = ['', '-n', '--', 'été 🧬', '', "it's", '$(id)', '; rm -rf /', 'a\nb'];
      const bytes = words.map((word) => Buffer.from(word).toString('latin1'));
      expect(throughShell(shell, bytes)).toEqual(bytes);
    });
  },
);
