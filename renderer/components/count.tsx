import { formatCount } from '../status/counts.ts';

/** A figure in its column; zeros step back so that what is there stands out. */
export function Count({ value }: { value: number }) {
  return <span className={value === 0 ? 'count zero' : 'count'}>{formatCount(value)}</span>;
}
