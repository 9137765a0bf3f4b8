import { createHash, randomBytes } from 'node:crypto';
import type { TokenRow, Transaction } from '#server/store/store.ts';

/** A new random token in a form that fits a header and a shell variable. 256 bits: guessing is hopeless. */
export function makeToken(): string {
  return `scitq_${randomBytes(32).toString('base64url')}`;
}

/** What is stored of a token. Tokens are random, so one round of SHA-256 is enough. */
export function hashToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest();
}

export async function issueToken(tx: Transaction, row: TokenRow, at: number): Promise<string> {
  const token = makeToken();
  await tx.insertToken(hashToken(token), row, at);
  return token;
}
