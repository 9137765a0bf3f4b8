/** What a figure is held against: a plain way to do the same work on the same machine, measured in the same run. */
export interface Reference {
  what: string;
  value: number;
  unit: string;
}

/** One line of the table. */
export interface Figure {
  what: string;
  value: number;
  unit: string;
  /** 99th percentile, where `value` is a median of single events. */
  p99?: number;
  reference?: Reference;
  /** `value` to the reference's, in the same unit: above 1 is better for rates, below 1 for times. */
  ratio?: number;
  target: Target;
  /** How it was measured, in a sentence or two. */
  method: string;
}

export interface Target {
  of: 'value' | 'ratio';
  /** `least`: the figure should be that much or more. */
  bound: 'least' | 'most';
  number: number;
}

/** One or several figures that are measured together. */
export interface Measure {
  name: string;
  run(): Promise<Figure[]>;
}

/** Whether the figure reaches its target. */
export function isMet({ value, ratio, target }: Figure): boolean {
  const reached = target.of === 'value' ? value : ratio;
  if (reached === undefined) return false;
  return target.bound === 'least' ? reached >= target.number : reached <= target.number;
}
