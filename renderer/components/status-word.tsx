import { Mark } from '../status/mark.tsx';
import type { Appearance } from '../status/shapes.ts';

/** A status as its shape, its colour and its word. */
export function StatusWord({ appearance, word }: { appearance: Appearance; word: string }) {
  return (
    <span className="status">
      <Mark {...appearance} />
      {word}
    </span>
  );
}
