import { CliError, EXIT } from '../errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C, and what else asks a program to end, as an AbortSignal, so that what was started can be stopped in order. A
 * second one ends this process at once.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.removeListener(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    if (this.#controller.signal.aborted) process.exit(EXIT.interrupted);
    this.#controller.abort(new CliError('INTERRUPTED', 'interrupted; what the quick start had started was stopped'));
  };
}
