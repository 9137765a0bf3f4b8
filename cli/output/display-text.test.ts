import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, displayWidth, escapeControls, oneLine, pad } from './display-text.ts';

describe('text on a terminal', () => {
  it.each([
    ['abc', 3],
    ['日本', 4],
    ['e\u0301', 1],
    ['🧬', 2],
  ])('knows how wide %s is', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });

  it('cuts with a mark, at whole characters', () => {
    expect(cut('sequence', 5)).toBe('sequ…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('sequence', 8)).toBe('sequence');
  });

  it('never exceeds the width it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
        expect(displayWidth(cut(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('pads by what is seen, not by characters', () => {
    expect(pad('日', 4, false)).toBe('日  ');
    expect(pad('7', 3, true)).toBe('  7');
  });

  it('lets no control character through', () => {
    expect(oneLine('a\n\tb\u001b[2J')).toBe('a\\n\\tb\\x1b[2J');
    expect(escapeControls('a\nb\r')).toBe('a\nb\\r');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(oneLine(text)).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
