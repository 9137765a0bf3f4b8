import type { ReactNode } from 'react';
import { Count } from './count.tsx';

/** The head of a column of figures, aligned with them. */
export function FigureHead({ children }: { children: ReactNode }) {
  return (
    <th scope="col" className="number">
      {children}
    </th>
  );
}

export function FigureCell({ value }: { value: number }) {
  return (
    <td className="number">
      <Count value={value} />
    </td>
  );
}
