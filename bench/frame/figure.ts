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

/** What the figure should reach: a rate that much or more (`least`), a time or a size that much or less (`most`). */
export interface Target {
  of: 'value' | 'ratio';
  bound: 'least' | 'most';
  /** Missing where nothing is promised yet. */
  now?: number;
  later?: number;
}

/** One or several figures that are measured together. */
export interface Measure {
  name: string;
  run(): Promise<Figure[]>;
}

/** Whether the figure reaches what is promised now; undefined where nothing is. */
export function isMet({ value, ratio, target }: Figure): boolean | undefined {
  const { of, bound, now } = target;
  const reached = of === 'value' ? value : ratio;
  if (now === undefined || reached === undefined) return undefined;
  return bound === 'least' ? reached >= now : reached <= now;
}
