import type { ReactNode } from 'react';
import type { Appearance, Shape } from './shapes.ts';

const circle = <circle cx="6" cy="6" r="4.5" />;

const DRAWINGS: Readonly<Record<Shape, ReactNode>> = {
  dashed: <circle className="dashes" cx="6" cy="6" r="4.5" />,
  empty: circle,
  quarter: (
    <>
      {circle}
      <path className="solid" d="M6 6V1.5A4.5 4.5 0 0 1 10.5 6Z" />
    </>
  ),
  half: (
    <>
      {circle}
      <path className="solid" d="M6 1.5a4.5 4.5 0 0 1 0 9Z" />
    </>
  ),
  'three-quarters': (
    <>
      {circle}
      <path className="solid" d="M6 6V1.5A4.5 4.5 0 1 1 1.5 6Z" />
    </>
  ),
  full: <circle className="solid" cx="6" cy="6" r="4.5" />,
  check: <path d="M1.8 6.6 4.6 9.4 10.2 2.8" />,
  cross: <path d="M2.4 2.4 9.6 9.6M9.6 2.4 2.4 9.6" />,
  bars: <path d="M4 2v8M8 2v8" />,
  dash: <path d="M2 6h8" />,
};

/** The sign of a status. It says nothing to a screen reader: the word always stands beside it. */
export function Mark({ shape, tone }: Appearance) {
  return (
    <svg className="mark" data-tone={tone} viewBox="0 0 12 12" aria-hidden="true">
      {DRAWINGS[shape]}
    </svg>
  );
}
