/** The middle one; of an even number, the mean of the two in the middle. Throws RangeError for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (low === undefined || high === undefined) throw new RangeError('there is no median of no values');
  return (low + high) / 2;
}

/** The smallest value that `percent` of all values do not exceed. Throws RangeError for none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const found = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('there is no percentile of no values');
  return found;
}

/**
 * Runs both by turns, so that what else the machine does meanwhile falls on both alike. Returns what they returned,
 * in order.
 */
export async function alternate<R, M>(
  rounds: number,
  reference: () => Promise<R>,
  measure: () => Promise<M>,
): Promise<{ references: R[]; measured: M[] }> {
  const references: R[] = [];
  const measured: M[] = [];
  for (let round = 0; round < rounds; round += 1) {
    references.push(await reference());
    measured.push(await measure());
  }
  return { references, measured };
}
