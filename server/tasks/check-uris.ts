import { ScitqError } from '#core/contract/errors.ts';
import type { NewTask } from '#core/contract/task.ts';
import { parseUri } from '#core/uri/uri.ts';

/** What this version's workers can fetch and store. */
const PROTOCOLS = ['file'];

/** Refuses, with `taskIndex`, what no worker could fetch or store: better now than when the task's turn comes. */
export function checkUris(task: NewTask, taskIndex: number): void {
  for (const uri of task.input ?? []) check('input', uri, taskIndex);
  for (const uri of task.resource ?? []) check('resource', uri, taskIndex);
  if (task.output !== undefined) check('output', task.output, taskIndex);
}

function check(field: 'input' | 'resource' | 'output', text: string, taskIndex: number): void {
  const parsed = parseUri(text);
  if (!parsed.ok) {
    throw refusal(
      `The ${field} "${shorten(text)}" is not a URI: column ${parsed.column}: ${parsed.message}.`,
      undefined,
      taskIndex,
    );
  }
  const { protocol, actions } = parsed.uri;
  if (!PROTOCOLS.includes(protocol)) {
    const known = PROTOCOLS.map((name) => `${name}://`).join(', ');
    throw refusal(
      `The ${field} "${shorten(text)}" cannot be reached: workers know ${known}, not ${protocol}://.`,
      undefined,
      taskIndex,
    );
  }
  if (actions.length > 0) {
    const hint =
      field === 'output' ? 'Leave out what follows the |.' : 'Give the file as it is, and unpack it in the command.';
    throw refusal(`The ${field} "${shorten(text)}" asks for an action, which workers cannot do.`, hint, taskIndex);
  }
}

function refusal(message: string, hint: string | undefined, taskIndex: number): ScitqError {
  return new ScitqError('INVALID', message, { taskIndex, ...(hint !== undefined && { hint }) });
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
