import { type BytePath, shown } from './byte-path.ts';

export type TransferErrorCode = 'NOT_FOUND' | 'DENIED' | 'UNSUPPORTED' | 'NO_SPACE' | 'IO';

/** A transfer failed. The message is for people: which path, what it means, what to do. */
export class TransferError extends Error {
  override readonly name = 'TransferError';
  readonly code: TransferErrorCode;

  constructor(code: TransferErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Does `step`; what goes wrong with the system becomes a TransferError that names `path`. */
export async function onPath<T>(doing: 'read' | 'write', path: BytePath, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw transferErrorOf(error, doing, path);
  }
}

function transferErrorOf(error: unknown, doing: 'read' | 'write', path: BytePath): unknown {
  const errno = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof TransferError || typeof errno !== 'string' || errno === 'ABORT_ERR') return error;
  const where = shown(path);
  const fail = (code: TransferErrorCode, message: string) => new TransferError(code, message, { cause: error });
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR':
      return fail(
        'NOT_FOUND',
        `There is no ${where} on this machine. Check the path; it is looked for where the task runs.`,
      );
    case 'EACCES':
    case 'EPERM':
      return fail(
        'DENIED',
        `The agent may not ${doing} ${where} (permission denied). Ask the owner of that folder for access.`,
      );
    case 'EROFS':
      return fail('DENIED', `${where} is on a disk that can only be read. Choose another folder.`);
    case 'ENOSPC':
    case 'EDQUOT':
      return fail(
        'NO_SPACE',
        `There is no space left on the disk of ${where}. Free some, or choose a folder on another disk.`,
      );
    default:
      return fail('IO', `${where} could not be ${doing === 'read' ? 'read' : 'written'} (${errno}).`);
  }
}
