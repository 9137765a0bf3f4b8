import { initTRPC, TRPCError } from '@trpc/server';
import { ZodError } from 'zod';
import type { ErrorCode, ErrorReport } from '#core/contract/errors.ts';
import { ScitqError } from '#core/contract/errors.ts';
import type { WorkerId } from '#core/task/ids.ts';
import type { System } from '#server/system.ts';
import { describeInvalid } from './invalid-input.ts';

export type Principal =
  | { kind: 'administrator' }
  | { kind: 'enrolment' }
  | { kind: 'worker'; workerId: WorkerId }
  | { kind: 'nobody' };

export interface Context {
  system: System;
  principal: Principal;
}

/** Every procedure says who may call it; there is no default. */
export interface Meta {
  role: 'administrator' | 'enrolment' | 'worker';
}

const TRPC_CODES: Record<ErrorCode, TRPCError['code']> = {
  INVALID: 'BAD_REQUEST',
  TOO_LARGE: 'PAYLOAD_TOO_LARGE',
  UNKNOWN_TASK: 'NOT_FOUND',
  UNKNOWN_BATCH: 'NOT_FOUND',
  UNKNOWN_WORKER: 'NOT_FOUND',
  UNKNOWN_EXECUTION: 'NOT_FOUND',
  UNKNOWN_SUBMISSION: 'NOT_FOUND',
  CYCLE: 'BAD_REQUEST',
  ILLEGAL_TRANSITION: 'CONFLICT',
  STALE_EXECUTION: 'CONFLICT',
  UNAUTHENTICATED: 'UNAUTHORIZED',
  FORBIDDEN: 'FORBIDDEN',
  UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  INTERNAL: 'INTERNAL_SERVER_ERROR',
};

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isDev: false,
    sse: { enabled: false },
    errorFormatter({ shape, error }) {
      return { ...shape, data: { ...shape.data, scitq: reportOf(error) } };
    },
  });

/** The one place where whatever was thrown becomes what a caller sees. A defect tells its caller nothing of the inside. */
function reportOf(error: TRPCError): ErrorReport {
  const { cause } = error;
  if (cause instanceof ScitqError) return cause.report;
  if (cause instanceof ZodError) return describeInvalid(cause);
  if (error.code === 'INTERNAL_SERVER_ERROR') {
    return { code: 'INTERNAL', message: 'The server failed on this request.', hint: 'Its log says why.' };
  }
  return { code: error.code === 'PAYLOAD_TOO_LARGE' ? 'TOO_LARGE' : 'INVALID', message: error.message };
}

const checked = t.procedure.use(async ({ ctx, meta, next }) => {
  const role = meta?.role;
  if (role === undefined) throw new Error('a procedure does not say who may call it');
  if (ctx.principal.kind === 'nobody') {
    throw refusal(
      'UNAUTHENTICATED',
      'This server does not know that token.',
      'Give a valid token: --token, or SCITQ_TOKEN.',
    );
  }
  if (ctx.principal.kind !== role) {
    throw refusal('FORBIDDEN', `This token may not do that: it is a token for ${tokenUse(ctx.principal)}.`, undefined);
  }
  const result = await next();
  if (!result.ok && result.error.cause instanceof ScitqError) {
    throw refuse(result.error.cause);
  }
  return result;
});

function tokenUse(principal: Principal): string {
  if (principal.kind === 'worker') return 'a worker';
  return principal.kind === 'enrolment' ? 'enrolling workers' : 'people';
}

function refusal(code: ErrorCode, message: string, hint: string | undefined): TRPCError {
  return refuse(new ScitqError(code, message, hint === undefined ? {} : { hint }));
}

function refuse(error: ScitqError): TRPCError {
  return new TRPCError({ code: TRPC_CODES[error.report.code], message: error.message, cause: error });
}

export const router = t.router;
export const forAdministrator = checked.meta({ role: 'administrator' });
export const forEnrolment = checked.meta({ role: 'enrolment' });
export const forWorker = checked.meta({ role: 'worker' }).use(({ ctx, next }) => {
  if (ctx.principal.kind !== 'worker') throw refusal('FORBIDDEN', 'Only a worker may do that.', undefined);
  return next({ ctx: { workerId: ctx.principal.workerId } });
});
