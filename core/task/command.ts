/**
 * A command is an argument vector. It is kept and shown as one line of text in the quoting of a POSIX shell, and the
 * two directions are exact inverses: `splitWords(quoteWords(argv))` gives `argv` back, whatever bytes it holds.
 */

const SAFE_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** The words as one line that a POSIX shell would split into the same words. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

function quoteWord(word: string): string {
  return SAFE_WORD.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

export type SplitResult = { ok: true; words: string[] } | { ok: false; column: number; message: string };

/**
 * Splits a line as a POSIX shell splits words: blanks separate, quotes and backslashes protect. Nothing is expanded:
 * `$CPU`, `*` and `|` stay as they are. Columns count from 1.
 */
export function splitWords(line: string): SplitResult {
  const words: string[] = [];
  let word = '';
  let inWord = false;
  let at = 0;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') {
      if (inWord) words.push(word);
      word = '';
      inWord = false;
      at += 1;
      continue;
    }
    inWord = true;
    if (char === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return unclosed(at, 'single');
      word += line.slice(at + 1, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = readDoubleQuoted(line, at + 1);
      if (quoted === undefined) return unclosed(at, 'double');
      word += quoted.text;
      at = quoted.end;
    } else if (char === '\\') {
      if (at + 1 >= line.length) {
        return {
          ok: false,
          column: at + 1,
          message: 'the line ends in a backslash: there is nothing for it to protect',
        };
      }
      // A backslash before a newline joins the two lines.
      if (line[at + 1] !== '\n') word += line[at + 1];
      at += 2;
    } else {
      word += char;
      at += 1;
    }
  }
  if (inWord) words.push(word);
  return { ok: true, words };
}

function readDoubleQuoted(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '"') return { text, end: at + 1 };
    if (char === '\\' && at + 1 < line.length) {
      const next = line.charAt(at + 1);
      at += 1;
      if (next === '\n') continue;
      text += next === '"' || next === '\\' || next === '$' || next === '`' ? next : `\\${next}`;
    } else {
      text += char;
    }
  }
  return undefined;
}

function unclosed(at: number, kind: 'single' | 'double'): SplitResult {
  return { ok: false, column: at + 1, message: `the ${kind} quote that opens in column ${at + 1} is never closed` };
}
