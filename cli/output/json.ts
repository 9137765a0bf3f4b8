import type { CliErrorReport } from '../errors.ts';
import type { ListView, Output, OutputSettings, Result } from './output.ts';

/**
 * `--json`: one JSON value on standard output, as the API gave it (times in milliseconds since the epoch); a list is
 * an array. An error is `{"error":{"code","message","hint"}}` on standard error.
 */
export class JsonOutput implements Output {
  readonly #settings: OutputSettings;

  constructor(settings: OutputSettings) {
    this.#settings = settings;
  }

  list<Row>(rows: readonly Row[], _view: ListView<Row>): void {
    this.#print(rows);
  }

  detail<Subject>(subject: Subject): void {
    this.#print(subject);
  }

  result(result: Result): void {
    this.#print(result.value);
  }

  note(): void {}

  error(report: CliErrorReport): void {
    const { code, message, hint } = report;
    this.#settings.stderr.write(`${JSON.stringify({ error: { code, message, hint } })}\n`);
  }

  #print(value: unknown): void {
    this.#settings.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }
}
