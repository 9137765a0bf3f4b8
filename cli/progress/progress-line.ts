import type { StatusCounts } from '#core/contract/counters.ts';
import type { Status } from '#core/task/status.ts';
import { paint } from '../output/colour.ts';
import { displayWidth } from '../output/display-text.ts';
import type { Colour } from '../output/output.ts';
import { durationText } from '../output/time-text.ts';

/** How far a set of tasks is, as the server's watch tells it. */
export interface TaskProgress {
  counts: StatusCounts;
  total: number;
  ended: number;
}

interface Group {
  word: string;
  statuses: readonly Status[];
  /** Its part of the bar: it can be told apart without colour, too. */
  mark: string;
  colour: Colour | undefined;
}

/** What a person tells apart in a bar, in the order in which it is drawn. */
const GROUPS: readonly Group[] = [
  { word: 'succeeded', statuses: ['S'], mark: '█', colour: 'green' },
  { word: 'failed', statuses: ['F'], mark: '×', colour: 'red' },
  { word: 'canceled', statuses: ['X'], mark: '-', colour: 'grey' },
  { word: 'running', statuses: ['R', 'Z', 'U', 'V'], mark: '▓', colour: 'blue' },
  { word: 'starting', statuses: ['A', 'C', 'D', 'O'], mark: '▒', colour: 'blue' },
  { word: 'pending', statuses: ['P'], mark: '░', colour: undefined },
  { word: 'waiting', statuses: ['I', 'W'], mark: '·', colour: 'grey' },
];

const WIDEST_BAR = 40;
const NARROWEST_BAR = 10;
/** Room kept for the text, which comes and goes, so that the bar keeps its width meanwhile. */
const TEXT_ROOM = 70;

interface LineSettings {
  width: number;
  colour: boolean;
  /** Milliseconds since the wait began. */
  elapsed: number;
}

/** `████▓▓░░  12/24  10 succeeded, 2 failed, 4 running, 8 waiting  3.2 s`, no wider than `width`. */
export function progressLine(progress: TaskProgress, settings: LineSettings): string {
  const text = progressText(progress, settings.elapsed);
  const bar = Math.min(WIDEST_BAR, Math.max(NARROWEST_BAR, settings.width - TEXT_ROOM));
  if (bar + displayWidth(text) + 3 > settings.width) return text.slice(0, Math.max(0, settings.width - 1));
  return `${progressBar(progress, bar, settings.colour)}  ${text}`;
}

/** The same without the bar: what a log wants. */
export function progressText(progress: TaskProgress, elapsed: number): string {
  const groups = GROUPS.map((group) => ({ word: group.word, count: countOf(progress.counts, group) }))
    .filter(({ count }) => count > 0)
    .map(({ word, count }) => `${count} ${word}`);
  return `${progress.ended}/${progress.total}  ${groups.join(', ') || 'nothing to wait for'}  ${durationText(elapsed)}`;
}

/** `width` marks, shared out so that every group that has tasks has a mark as far as there is room. */
export function progressBar(progress: TaskProgress, width: number, colour: boolean): string {
  const counts = GROUPS.map((group) => countOf(progress.counts, group));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return '·'.repeat(width);
  const cells = counts.map((count) => (count === 0 ? 0 : Math.max(1, Math.round((count / total) * width))));
  for (let excess = cells.reduce((sum, cell) => sum + cell, 0) - width; excess !== 0; excess -= Math.sign(excess)) {
    const largest = cells.indexOf(Math.max(...cells));
    cells[largest] = (cells[largest] ?? 0) - Math.sign(excess);
  }
  return GROUPS.map((group, index) => paint(group.mark.repeat(cells[index] ?? 0), group.colour, colour)).join('');
}

function countOf(counts: StatusCounts, group: Group): number {
  return group.statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}
