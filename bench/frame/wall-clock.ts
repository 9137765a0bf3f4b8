/** `Date.now` counts whole milliseconds; at one of its steps the finer clock is read, once, to tell what lies between. */
function measureOffset(): number {
  const before = Date.now();
  let now = before;
  while (now === before) now = Date.now();
  return now - performance.now();
}

const offset = measureOffset();

/** Milliseconds since the epoch with a fraction, comparable with what other processes read within the next minutes. */
export function preciseNow(): number {
  return performance.now() + offset;
}
