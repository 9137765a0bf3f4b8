/**
 * Every way in which the system refuses. Closed: the command line turns codes into exit statuses, screens into
 * sentences, and other programs rely on them.
 */
export const ERROR_CODES = [
  'INVALID',
  'TOO_LARGE',
  'UNKNOWN_TASK',
  'UNKNOWN_BATCH',
  'UNKNOWN_WORKER',
  'UNKNOWN_EXECUTION',
  'UNKNOWN_SUBMISSION',
  'CYCLE',
  'ILLEGAL_TRANSITION',
  'STALE_EXECUTION',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'UNAVAILABLE',
  'INTERNAL',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a refused request carries to its caller. `hint` says what to do next. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  hint?: string;
  /** For a refused submission: position, from 0, of the task at fault. */
  taskIndex?: number;
}

/** The one error that use cases throw on purpose; anything else is a defect and reaches callers as INTERNAL. */
export class ScitqError extends Error {
  override readonly name = 'ScitqError';
  readonly report: ErrorReport;

  constructor(code: ErrorCode, message: string, more: { hint?: string; taskIndex?: number } = {}) {
    super(message);
    this.report = { code, message, ...more };
  }
}
