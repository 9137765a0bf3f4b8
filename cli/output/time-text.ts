import type { CellStyle } from './output.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span of milliseconds in at most two units: `0.42 s`, `12.3 s`, `3 min 04 s`, `2 h 05 min`, `3 d 4 h`. */
export function durationText(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < 9_995) return `${(span / SECOND).toFixed(2)} s`;
  if (span < 59_950) return `${(span / SECOND).toFixed(1)} s`;
  const seconds = Math.round(span / SECOND);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.floor(span / MINUTE);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.floor(span / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** A moment (milliseconds since the epoch) as a reader of the table wants it: `3 min ago` on a terminal, else exact. */
export function momentText(at: number, style: CellStyle): string {
  return style.relativeTimes ? agoText(style.now - at) : isoText(at);
}

/** A moment as UTC to the second, `2026-01-31T12:00:00Z`: sorts as text and reads the same everywhere. */
export function isoText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
}

function agoText(span: number): string {
  if (span < 2 * SECOND) return 'now';
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s ago`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min ago`;
  if (span < DAY) return `${Math.floor(span / HOUR)} h ago`;
  return `${Math.floor(span / DAY)} d ago`;
}
