import type { ZodError } from 'zod';
import type { ErrorReport } from '#core/contract/errors.ts';

/** The first thing wrong with a request, in words: which field, what is wrong, and for unknown fields the nearest known. */
export function describeInvalid(error: ZodError): ErrorReport {
  const [issue] = error.issues;
  if (issue === undefined) return { code: 'INVALID', message: 'The request is not valid.' };
  const path = [...issue.path];
  const taskIndex = path[0] === 'tasks' && typeof path[1] === 'number' ? path[1] : undefined;
  const within = taskIndex === undefined ? path : path.slice(2);
  const field = within.map(String).join('.');
  const message = field === '' ? sentence(issue.message) : `${field}: ${sentence(issue.message)}`;
  const code = issue.code === 'too_big' ? 'TOO_LARGE' : 'INVALID';
  return { code, message, ...(taskIndex !== undefined && { taskIndex }) };
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}
