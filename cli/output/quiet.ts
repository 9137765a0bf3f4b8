import type { CliErrorReport } from '../errors.ts';
import { errorLine } from '../errors.ts';
import type { DetailView, ListView, Output, OutputSettings, Result } from './output.ts';

/** `--quiet`: ids and nothing else, one a line, for the next command of a script. */
export class QuietOutput implements Output {
  readonly #settings: OutputSettings;

  constructor(settings: OutputSettings) {
    this.#settings = settings;
  }

  list<Row>(rows: readonly Row[], view: ListView<Row>): void {
    this.#ids(rows.map((row) => view.id(row)));
  }

  detail<Subject>(subject: Subject, view: DetailView<Subject>): void {
    this.#ids([view.id(subject)]);
  }

  result(result: Result): void {
    this.#ids(result.ids);
  }

  note(): void {}

  error(report: CliErrorReport): void {
    this.#settings.stderr.write(`${errorLine(this.#settings.program, report)}\n`);
  }

  #ids(ids: Iterable<string | number>): void {
    const lines = Array.from(ids, (id) => `${id}\n`).join('');
    if (lines !== '') this.#settings.stdout.write(lines);
  }
}
