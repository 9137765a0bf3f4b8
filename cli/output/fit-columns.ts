/** Blanks between columns, as the first generation's lists have them. */
export const GAP = 2;

/**
 * Widths that fit `available` columns of the terminal: the widest column that may be cut gives way first, down to its
 * `cutTo`. If that is not enough the row stays too wide, since a cut id or number would be a wrong one.
 */
export function fitWidths(
  natural: readonly number[],
  cutTo: readonly (number | undefined)[],
  available: number,
): number[] {
  const least = natural.map((width, index) => Math.min(width, cutTo[index] ?? width));
  // A command can be 100,000 characters long: beyond the terminal's width its length no longer matters.
  const widths = natural.map((width, index) => Math.max(least[index] ?? width, Math.min(width, available)));
  let excess = widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1) - available;
  while (excess > 0) {
    let widest = -1;
    for (const [index, width] of widths.entries()) {
      if (width > (least[index] ?? width) && width > (widths[widest] ?? 0)) widest = index;
    }
    const width = widths[widest];
    if (width === undefined) break;
    widths[widest] = width - 1;
    excess -= 1;
  }
  return widths;
}
