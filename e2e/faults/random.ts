import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

export interface Random {
  /** A whole number, `from` to `to`, both included. */
  between(from: number, to: number): number;
  /** Waits for so many milliseconds: the moment itself is what is random, nothing is waited for. */
  pause(from: number, to: number): Promise<void>;
}

/** Choices that can be replayed: the seed is printed, and taken from E2E_SEED where that is set. */
export function makeRandom(what: string): Random {
  const seed = Number(process.env.E2E_SEED ?? randomInt(2 ** 31));
  console.log(`${what}: chosen with E2E_SEED=${seed}`);
  const next = mulberry32(seed);
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return { between, pause: (from, to) => delay(between(from, to)) };
}

/** Tommy Ettinger's mulberry32: numbers from 0 to 1, the same for the same seed. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
