import type { CliErrorReport } from '../errors.ts';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'grey' | 'bold';

/** How a cell may be written: on a terminal times are relative (`3 min ago`), elsewhere they are exact. */
export interface CellStyle {
  /** Milliseconds since the epoch. */
  now: number;
  relativeTimes: boolean;
}

export interface Column<Row> {
  /** The header, and the name by which `--columns` asks for it. */
  name: string;
  /** Empty text is shown as `-`. */
  text(row: Row, style: CellStyle): string;
  alignRight?: boolean;
  /** A cell may be cut down to this many columns of the terminal; without it, never. */
  cutTo?: number;
  /** Shown only with `--long`, or when `--columns` names it. */
  onlyLong?: boolean;
  colour?(row: Row): Colour | undefined;
}

export interface ListView<Row> {
  columns: readonly Column<Row>[];
  id(row: Row): string | number;
  /** What to say when there is nothing to list. */
  empty: string;
}

/** `label: text` lines under headings; a line without a label is text as it is. */
export interface Section {
  heading?: string;
  lines: readonly ({ label: string; text: string; colour?: Colour | undefined } | string)[];
}

export interface DetailView<Subject> {
  id(subject: Subject): string | number;
  sections(subject: Subject, style: CellStyle): readonly Section[];
}

/** What a command that changes something has done. */
export interface Result {
  sentence: string;
  /** For `--json`. */
  value: unknown;
  /** For `--quiet`. */
  ids: Iterable<string | number>;
}

/**
 * Where a command's findings go. Standard output carries what was asked for, in the form that was asked for; standard
 * error carries notes, progress and errors.
 */
export interface Output {
  list<Row>(rows: readonly Row[], view: ListView<Row>): void;
  detail<Subject>(subject: Subject, view: DetailView<Subject>): void;
  result(result: Result): void;
  /** A remark for the person at the terminal; not shown to programs (`--json`, `--quiet`). */
  note(text: string): void;
  error(report: CliErrorReport): void;
}

export interface OutputStream {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

export interface OutputSettings {
  program: string;
  stdout: OutputStream;
  stderr: OutputStream;
  header: boolean;
  long: boolean;
  /** The columns that `--columns` asked for, in that order. */
  columns?: readonly string[] | undefined;
  /** Colour is allowed: a terminal and no NO_COLOR. */
  colour: boolean;
  now(): number;
}
