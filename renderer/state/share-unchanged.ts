/**
 * `next`, with every part that equals the same part of `previous` replaced by that part, so that `===` tells whether
 * something changed. A snapshot repeats all rows; with this, only the rows that differ are drawn again.
 * Parts of a list are matched by their place. For plain data, as it comes out of JSON.
 */
export function shareUnchanged<T>(previous: T, next: T): T;
export function shareUnchanged(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) return shareList(previous, next);
  if (isRecord(previous) && isRecord(next)) return shareRecord(previous, next);
  return next;
}

function shareList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const shared = next.map((item, at) => shareUnchanged(previous[at], item));
  const same = previous.length === shared.length && shared.every((item, at) => Object.is(item, previous[at]));
  return same ? previous : shared;
}

function shareRecord(previous: Record<string, unknown>, next: Record<string, unknown>): Record<string, unknown> {
  const keys = Object.keys(next);
  const shared = Object.fromEntries(keys.map((key) => [key, shareUnchanged(previous[key], next[key])]));
  const same =
    Object.keys(previous).length === keys.length &&
    keys.every((key) => Object.hasOwn(previous, key) && Object.is(shared[key], previous[key]));
  return same ? previous : shared;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
