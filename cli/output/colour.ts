import { styleText } from 'node:util';
import type { Colour } from './output.ts';

/** Colours a text where colour is allowed. Whether it is was decided before: here nothing looks at the terminal. */
export function paint(text: string, colour: Colour | undefined, allowed: boolean): string {
  if (!allowed || colour === undefined || text === '') return text;
  return styleText(colour, text, { validateStream: false });
}

/** Colour is for a person at a terminal who has not asked for none (https://no-color.org). */
export function colourAllowed(stream: { isTTY?: boolean }, env: Record<string, string | undefined>): boolean {
  const refused = env.NO_COLOR !== undefined && env.NO_COLOR !== '';
  return stream.isTTY === true && !refused && env.TERM !== 'dumb';
}
