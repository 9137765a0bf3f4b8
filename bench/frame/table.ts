import { styleText } from 'node:util';
import { type Figure, isMet, type Target } from './figure.ts';

const HEADER = ['', 'measured', 'p99', 'reference', 'ratio', 'target', ''];

/** The table as text: a line for each figure, and under it how it was measured. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(cellsOf);
  const widths = HEADER.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  const lines = figures.flatMap((figure, index) => [
    line(rows[index] ?? []),
    ...wrap(figure.method, 116).map((text) => styleText('dim', `    ${text}`)),
  ]);
  return [styleText('bold', line(HEADER)), ...lines].join('\n');
}

function cellsOf(figure: Figure): string[] {
  const { what, value, unit, p99, reference, ratio, target } = figure;
  return [
    what,
    amount(value, unit),
    p99 === undefined ? '' : amount(p99, unit),
    reference === undefined ? '' : amount(reference.value, reference.unit),
    ratio === undefined ? '' : ratio.toFixed(2),
    targetText(target, unit),
    verdict(figure),
  ];
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  return met === undefined ? '' : met ? 'met' : 'missed';
}

function targetText({ of, bound, now, later }: Target, unit: string): string {
  const sign = bound === 'least' ? '≥' : '≤';
  const text = (number: number) => (of === 'ratio' ? `ratio ${sign} ${number}` : `${sign} ${amount(number, unit)}`);
  return [now === undefined ? '' : text(now), later === undefined ? '' : `later ${text(later)}`]
    .filter((part) => part !== '')
    .join(', ');
}

function amount(value: number, unit: string): string {
  const digits = value < 10 && !Number.isInteger(value) ? 2 : value < 100 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`;
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines;
}
