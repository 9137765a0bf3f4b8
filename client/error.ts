import { TRPCClientError } from '@trpc/client';
import type { ErrorReport } from '#core/contract/errors.ts';
import { ERROR_CODES, ScitqError } from '#core/contract/errors.ts';

/**
 * What a failed call means, whatever was thrown: the server's own refusal with its code, else UNAVAILABLE when no
 * server answered, else INTERNAL.
 */
export function toScitqError(error: unknown): ScitqError {
  if (error instanceof ScitqError) return error;
  if (error instanceof TRPCClientError) {
    const report = reportIn(error.data);
    if (report !== undefined) {
      const { code, message, ...more } = report;
      return new ScitqError(code, message, more);
    }
    if (isTimeout(error.cause)) {
      return new ScitqError('UNAVAILABLE', 'The server did not answer in time.', {
        hint: 'Try again, or give it longer with --timeout.',
      });
    }
    if (/too large|413/i.test(error.message)) {
      return new ScitqError('TOO_LARGE', 'The request is larger than the server accepts.', {
        hint: 'Send it in smaller parts.',
      });
    }
    return new ScitqError('UNAVAILABLE', `The server cannot be reached: ${reasonOf(error)}.`, {
      hint: 'Is it running, and is its address right?',
    });
  }
  return new ScitqError('INTERNAL', error instanceof Error ? error.message : String(error));
}

function reportIn(data: unknown): ErrorReport | undefined {
  if (typeof data !== 'object' || data === null || !('scitq' in data)) return undefined;
  const report = data.scitq;
  return isReport(report) ? report : undefined;
}

function isReport(value: unknown): value is ErrorReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    ERROR_CODES.some((code) => code === value.code) &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'TimeoutError';
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  let at: unknown = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  if (at instanceof AggregateError && at.errors[0] instanceof Error) return at.errors[0].message;
  return at instanceof Error ? at.message.replace(/\.$/, '') : String(at);
}
