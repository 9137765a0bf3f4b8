/**
 * The only place where words become shell text. Single quotes keep every byte but the single quote itself, in every
 * encoding that extends ASCII. The caller has refused NUL, which no argument can hold.
 */
export function quoteArgv(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
}
