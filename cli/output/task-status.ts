import type { Status } from '#core/task/status.ts';
import { STATUS_WORDS } from '#core/task/status.ts';
import type { Colour } from './output.ts';

/** `S succeeded`: the letter that `--status` takes, and the word that says what it means. */
export function statusText(status: Status): string {
  return `${status} ${STATUS_WORDS[status]}`;
}

export function statusColour(status: Status): Colour | undefined {
  switch (status) {
    case 'S':
      return 'green';
    case 'F':
    case 'V':
      return 'red';
    case 'X':
      return 'grey';
    case 'R':
    case 'U':
      return 'blue';
    case 'Z':
      return 'yellow';
    default:
      return undefined;
  }
}
