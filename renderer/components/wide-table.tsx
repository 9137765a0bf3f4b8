import type { ReactNode } from 'react';

/** A table that scrolls sideways where the window is too narrow for it, by keyboard too. `labelledBy` is an element's id. */
export function WideTable({ labelledBy, children }: { labelledBy: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or arrow keys cannot reach it
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div className="scroll" role="group" aria-labelledby={labelledBy} tabIndex={0}>
      <table aria-labelledby={labelledBy}>{children}</table>
    </div>
  );
}
