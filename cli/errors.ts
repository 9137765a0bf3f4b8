import type { ErrorCode } from '#core/contract/errors.ts';

/** What ends a command badly: the server's codes, and those that only a command line can have. */
export type CliErrorCode = ErrorCode | 'USAGE' | 'TASK_FAILED' | 'TIMEOUT' | 'INTERRUPTED';

export interface CliErrorReport {
  code: CliErrorCode;
  message: string;
  /** What to do next. */
  hint?: string;
}

/** The one error that commands throw on purpose. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly report: CliErrorReport;

  constructor(code: CliErrorCode, message: string, hint?: string) {
    super(message);
    this.report = hint === undefined ? { code, message } : { code, message, hint };
  }
}

/** The command line itself is wrong: exit code 2. */
export function usageError(message: string, hint?: string): CliError {
  return new CliError('USAGE', message, hint);
}

export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3, notLoggedIn: 4, interrupted: 130 } as const;

export function exitCodeOf(code: CliErrorCode): number {
  switch (code) {
    case 'USAGE':
      return EXIT.usage;
    case 'UNAVAILABLE':
      return EXIT.unreachable;
    case 'UNAUTHENTICATED':
      return EXIT.notLoggedIn;
    case 'INTERRUPTED':
      return EXIT.interrupted;
    default:
      return EXIT.refused;
  }
}

/** One line for standard error: what happened, then what to do. */
export function errorLine(program: string, report: CliErrorReport): string {
  const parts = [sentence(report.message)];
  if (report.hint !== undefined) parts.push(sentence(report.hint));
  return `${program}: ${parts.join(' ')}`;
}

function sentence(text: string): string {
  const line = text.trim().replaceAll(/\s*[\r\n]+\s*/g, ' ');
  return /[.!?:]$/.test(line) ? line : `${line}.`;
}
