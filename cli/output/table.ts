import type { CliErrorReport } from '../errors.ts';
import { errorLine, usageError } from '../errors.ts';
import { paint } from './colour.ts';
import { cut, displayWidth, escapeControls, oneLine, pad } from './display-text.ts';
import { fitWidths, GAP } from './fit-columns.ts';
import type { CellStyle, Column, DetailView, ListView, Output, OutputSettings, Result, Section } from './output.ts';

/** For a person: aligned columns that fit the terminal, sentences, relative times. */
export class TableOutput implements Output {
  readonly #settings: OutputSettings;

  constructor(settings: OutputSettings) {
    this.#settings = settings;
  }

  list<Row>(rows: readonly Row[], view: ListView<Row>): void {
    const columns = this.#columnsOf(view);
    if (rows.length === 0) {
      this.note(view.empty);
      return;
    }
    const style = this.#style();
    const cells = rows.map((row) => columns.map((column) => oneLine(column.text(row, style)) || '-'));
    const header = this.#settings.header ? [columns.map((column) => column.name)] : [];
    const widths = this.#widths(columns, [...header, ...cells]);
    const lines = [
      ...header.map((names) => this.#row(names, columns, widths, () => 'bold')),
      ...cells.map((texts, index) => {
        const row = rows[index];
        return this.#row(texts, columns, widths, (column) => (row === undefined ? undefined : column.colour?.(row)));
      }),
    ];
    this.#settings.stdout.write(`${lines.join('\n')}\n`);
  }

  detail<Subject>(subject: Subject, view: DetailView<Subject>): void {
    const blocks = view
      .sections(subject, this.#style())
      .filter((section) => section.lines.length > 0)
      .map((section) => this.#section(section));
    this.#settings.stdout.write(`${blocks.join('\n\n')}\n`);
  }

  result(result: Result): void {
    this.#settings.stdout.write(`${result.sentence}\n`);
  }

  note(text: string): void {
    this.#settings.stderr.write(`${text}\n`);
  }

  error(report: CliErrorReport): void {
    const { program, stderr } = this.#settings;
    stderr.write(`${escapeControls(errorLine(program, report))}\n`);
  }

  #style(): CellStyle {
    return { now: this.#settings.now(), relativeTimes: this.#settings.stdout.isTTY === true };
  }

  #columnsOf<Row>(view: ListView<Row>): readonly Column<Row>[] {
    const { columns: wanted, long } = this.#settings;
    if (wanted === undefined) return view.columns.filter((column) => long || column.onlyLong !== true);
    return wanted.map((name) => {
      const column = view.columns.find((candidate) => candidate.name === name);
      if (column !== undefined) return column;
      const names = view.columns.map((candidate) => candidate.name).join(', ');
      throw usageError(`there is no column '${name}'`, `The columns are ${names}`);
    });
  }

  #widths<Row>(columns: readonly Column<Row>[], cells: readonly string[][]): number[] {
    const natural = columns.map((_, index) =>
      cells.reduce((widest, texts) => Math.max(widest, displayWidth(texts[index] ?? '')), 0),
    );
    const { stdout, long } = this.#settings;
    // Some terminals say that they are 0 columns wide.
    if (long || stdout.isTTY !== true || !stdout.columns) return natural;
    return fitWidths(
      natural,
      columns.map((column) => column.cutTo),
      stdout.columns,
    );
  }

  #row<Row>(
    texts: readonly string[],
    columns: readonly Column<Row>[],
    widths: readonly number[],
    colourOf: (column: Column<Row>) => ReturnType<NonNullable<Column<Row>['colour']>>,
  ): string {
    const last = columns.length - 1;
    return columns
      .map((column, index) => {
        const width = widths[index] ?? 0;
        const text = cut(texts[index] ?? '', width);
        // Nothing follows the last column: padding it would only wrap lines on a narrow terminal.
        const padded =
          index === last && column.alignRight !== true ? text : pad(text, width, column.alignRight === true);
        return paint(padded, colourOf(column), this.#settings.colour);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  }

  #section(section: Section): string {
    const labels = section.lines.flatMap((line) => (typeof line === 'string' ? [] : [displayWidth(line.label)]));
    const width = Math.max(0, ...labels);
    const indent = section.heading === undefined ? '' : '  ';
    const lines = section.lines.map((line) => {
      if (typeof line === 'string') return `${indent}${escapeControls(line)}`;
      const text = escapeControls(line.text).replaceAll('\n', `\n${indent}${' '.repeat(width + GAP)}`);
      return `${indent}${pad(line.label, width, false)}${' '.repeat(GAP)}${paint(text, line.colour, this.#settings.colour)}`;
    });
    const heading = section.heading === undefined ? [] : [paint(section.heading, 'bold', this.#settings.colour)];
    return [...heading, ...lines].join('\n');
  }
}
