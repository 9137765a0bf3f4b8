import type { Status } from './status.ts';

/**
 * Every change of status that can happen, as data. Anything else is refused by {@link checkTransition}.
 *
 *     I → W P X      the workflow is finalised, or withdrawn
 *     W → P X F      dependencies met; F when one can never succeed and the task says so
 *     P → A X
 *     A → C X P      P: refused by the worker, or the worker was lost (so below)
 *     C → D O R X P
 *     D → O R V X P
 *     O → R X P
 *     R → Z U V P
 *     Z → R V P
 *     U → S F P
 *     V → F P
 *     S F X → P W    relaunch: the same task, a new execution
 */
export const TRANSITIONS: Readonly<Record<Status, readonly Status[]>> = {
  I: ['W', 'P', 'X'],
  W: ['P', 'X', 'F'],
  P: ['A', 'X'],
  A: ['C', 'X', 'P'],
  C: ['D', 'O', 'R', 'X', 'P'],
  D: ['O', 'R', 'V', 'X', 'P'],
  O: ['R', 'X', 'P'],
  R: ['Z', 'U', 'V', 'P'],
  Z: ['R', 'V', 'P'],
  U: ['S', 'F', 'P'],
  V: ['F', 'P'],
  S: ['P', 'W'],
  F: ['P', 'W'],
  X: ['P', 'W'],
};

export function canMove(from: Status, to: Status): boolean {
  return TRANSITIONS[from].includes(to);
}
