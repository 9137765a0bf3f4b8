/**
 * Reads and prints what a person writes to select tasks, workers, batches or jobs: `12`, `1-3`, `1,4-6`, `all`,
 * `last`, `last:3`, `failed`, a name, or several of them with commas. It may be imported by everything; what an item
 * selects is for its user to find out.
 */
export type SelectionItem =
  | { kind: 'id'; id: number }
  | { kind: 'range'; from: number; to: number }
  | { kind: 'all' }
  | { kind: 'last'; count: number }
  | { kind: 'failed' }
  | { kind: 'name'; name: string };

export type ParsedSelection =
  | { ok: true; items: SelectionItem[] }
  /** `column` counts from 1, where the offending item begins; `message` is a sentence or two for the person who wrote it. */
  | { ok: false; column: number; message: string };

/** The most that one range or one `last:N` may select. */
export const LARGEST_RANGE = 1_000_000;

/** Digits with signs, points or dashes of any kind and nothing else: meant as a number or a range, not as a name. */
const NUMERIC = /^[\p{Nd}\p{Pd}\s.+]*$/u;
const ID = /^\d+$/;
const RANGE = /^(\d+)\s*-\s*(\d+)$/;
const LAST = /^last\s*:\s*(.*)$/s;

/** Never throws. Spaces around items are ignored. A name cannot have a comma, nor consist of digits and dashes alone. */
export function parseSelection(text: string): ParsedSelection {
  const items: SelectionItem[] = [];
  let start = 0;
  for (const part of text.split(',')) {
    const word = part.trim();
    const item = word === '' ? emptyItem(text) : parseItem(word);
    if (typeof item === 'string') {
      const indent = word === '' ? 0 : part.length - part.trimStart().length;
      return { ok: false, column: start + indent + 1, message: item };
    }
    items.push(item);
    start += part.length + 1;
  }
  return { ok: true, items };
}

/** The shortest text that {@link parseSelection} reads as `items`, given that it has read them once. */
export function printSelection(items: readonly SelectionItem[]): string {
  return items.map(printItem).join(',');
}

function printItem(item: SelectionItem): string {
  switch (item.kind) {
    case 'id':
      return `${item.id}`;
    case 'range':
      return `${item.from}-${item.to}`;
    case 'all':
    case 'failed':
      return item.kind;
    case 'last':
      return item.count === 1 ? 'last' : `last:${item.count}`;
    case 'name':
      return item.name;
  }
}

/** The item, or what is wrong with it. */
function parseItem(word: string): SelectionItem | string {
  if (word === 'all' || word === 'failed') return { kind: word };
  if (word === 'last') return { kind: 'last', count: 1 };
  const last = LAST.exec(word)?.[1];
  if (last !== undefined) return parseLast(word, last);
  if (ID.test(word)) return parseId(word);
  const [, from, to] = RANGE.exec(word) ?? [];
  if (from !== undefined && to !== undefined) return parseRange(word, from, to);
  if (NUMERIC.test(word))
    return `${quote(word)} is neither a number nor a range. Write an id like 12, or a range like 1-3.`;
  return { kind: 'name', name: word };
}

function parseLast(word: string, count: string): SelectionItem | string {
  if (!ID.test(count)) return `${quote(word)} does not say how many. Write last, or last:3 for the last three.`;
  if (Number(count) < 1) return `${quote(word)} selects nothing. Write last:1 or more.`;
  if (Number(count) > LARGEST_RANGE) return `${quote(word)} is too many. At most ${LARGEST_RANGE} can be selected so.`;
  return { kind: 'last', count: Number(count) };
}

function parseId(word: string): SelectionItem | string {
  return isId(word) ? { kind: 'id', id: Number(word) } : noSuchId(word);
}

function parseRange(word: string, from: string, to: string): SelectionItem | string {
  if (!isId(from)) return noSuchId(from);
  if (!isId(to)) return noSuchId(to);
  const size = Number(to) - Number(from) + 1;
  if (size < 1) return `The range ${quote(word)} runs backwards. Write the smaller number first.`;
  if (size > LARGEST_RANGE)
    return `The range ${quote(word)} is too large. One range can have ${LARGEST_RANGE} ids at most.`;
  return { kind: 'range', from: Number(from), to: Number(to) };
}

function isId(digits: string): boolean {
  return Number(digits) >= 1 && Number.isSafeInteger(Number(digits));
}

function noSuchId(digits: string): string {
  return `No id is ${quote(digits)}: ids count from 1 to ${Number.MAX_SAFE_INTEGER}.`;
}

/** Whatever was typed, on one line and short. */
function quote(word: string): string {
  return JSON.stringify(word.length > 40 ? `${word.slice(0, 40)}…` : word);
}

function emptyItem(text: string): string {
  if (text.trim() === '') {
    return 'Nothing is selected. Write an id, a range like 1-3, a name, all, last, last:3 or failed.';
  }
  return 'Something is missing between two commas, or before or after one. Remove the comma that is too many.';
}
