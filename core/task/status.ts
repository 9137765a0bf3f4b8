/**
 * The fourteen statuses of a task. Stored and sent as the letter, shown with the word.
 *
 * An execution is open exactly while its task is in one of {@link OPEN}; {@link ENDED} statuses are final
 * until somebody relaunches or retries the task.
 */
export const STATUS_WORDS = {
  I: 'inactive',
  W: 'waiting',
  P: 'pending',
  A: 'assigned',
  C: 'accepted',
  D: 'downloading',
  O: 'on hold',
  R: 'running',
  Z: 'suspended',
  U: 'uploading',
  V: 'uploading (failed)',
  S: 'succeeded',
  F: 'failed',
  X: 'canceled',
} as const;

export type Status = keyof typeof STATUS_WORDS;

/** In the order in which a task meets them; screens and tables list them so. */
export const STATUSES = [
  'I',
  'W',
  'P',
  'A',
  'C',
  'D',
  'O',
  'R',
  'Z',
  'U',
  'V',
  'S',
  'F',
  'X',
] as const satisfies Status[];

export type OpenStatus = 'A' | 'C' | 'D' | 'O' | 'R' | 'Z' | 'U' | 'V';
export type EndedStatus = 'S' | 'F' | 'X';

export const OPEN: readonly OpenStatus[] = ['A', 'C', 'D', 'O', 'R', 'Z', 'U', 'V'];
export const ENDED: readonly EndedStatus[] = ['S', 'F', 'X'];

/** The words of the first generation's commands, each standing for the statuses that it did not tell apart. */
const FIRST_GENERATION: Record<string, readonly Status[]> = {
  pending: ['W', 'P', 'I'],
  assigned: ['A'],
  accepted: ['C', 'D', 'O'],
  running: ['R', 'U', 'V'],
  paused: ['Z'],
  succeeded: ['S'],
  failed: ['F', 'X'],
};

export function isStatus(value: string): value is Status {
  return Object.hasOwn(STATUS_WORDS, value);
}

export function isOpen(status: Status): status is OpenStatus {
  return OPEN.some((open) => open === status);
}

export function isEnded(status: Status): status is EndedStatus {
  return ENDED.some((ended) => ended === status);
}

/**
 * Reads what a user types after `--status`: letters or words, separated by commas (`P,R`, `pending,failed`).
 * Returns the statuses meant, each once in the order of {@link STATUSES}, or the word that is none of them.
 */
export function parseStatuses(
  text: string,
  generation: 'first' | 'second' = 'second',
): { ok: true; statuses: Status[] } | { ok: false; unknown: string } {
  const found = new Set<Status>();
  for (const part of text.split(',')) {
    const word = part.trim();
    const meant = statusesOf(word, generation);
    if (meant === undefined) return { ok: false, unknown: word };
    for (const status of meant) found.add(status);
  }
  return { ok: true, statuses: STATUSES.filter((status) => found.has(status)) };
}

function statusesOf(word: string, generation: 'first' | 'second'): readonly Status[] | undefined {
  const letter = word.toUpperCase();
  if (letter.length === 1) return isStatus(letter) ? [letter] : undefined;
  const lower = word.toLowerCase();
  if (generation === 'first') return FIRST_GENERATION[lower];
  const exact = STATUSES.filter(
    (status) => STATUS_WORDS[status] === lower || STATUS_WORDS[status].replace(' ', '-') === lower,
  );
  return exact.length > 0 ? exact : undefined;
}
