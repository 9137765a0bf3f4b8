import { colourAllowed } from '../output/colour.ts';
import type { TaskProgress } from './progress-line.ts';
import { progressLine, progressText } from './progress-line.ts';

/** Shows how far tasks are while somebody waits for them; disposed of, it leaves the last state behind. */
export interface ProgressDisplay extends Disposable {
  show(progress: TaskProgress): void;
}

export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** A bar that is redrawn on a terminal; elsewhere a line now and then, when something has changed. */
export function makeProgressDisplay(stream: ProgressStream): ProgressDisplay {
  const now = () => performance.now();
  return stream.isTTY === true ? new ProgressBar(stream, now) : new ProgressLines(stream, now);
}

/** Milliseconds between two drawings when nothing changes but the time. */
const REDRAW_EVERY = 200;

/**
 * One line that is drawn over itself. It touches nothing of the terminal's state (no hidden cursor, no wrapping turned
 * off), so that a Ctrl-C at any moment leaves the terminal as it was.
 */
class ProgressBar implements ProgressDisplay {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #started: number;
  readonly #timer: NodeJS.Timeout;
  #last: TaskProgress | undefined;

  constructor(stream: ProgressStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#started = now();
    this.#timer = setInterval(() => this.#draw(), REDRAW_EVERY);
  }

  show(progress: TaskProgress): void {
    this.#last = progress;
    this.#draw();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#draw();
    if (this.#last !== undefined) this.#stream.write('\n');
  }

  #draw(): void {
    if (this.#last === undefined) return;
    // Some terminals say that they are 0 columns wide.
    const width = this.#stream.columns || 80;
    const colour = colourAllowed(this.#stream, process.env);
    const line = progressLine(this.#last, { width, colour, elapsed: this.#now() - this.#started });
    this.#stream.write(`\r${line}\u001b[K`);
  }
}

/** Milliseconds between two lines in a log. */
const LINE_EVERY = 2_000;

/** For a log: a line when something has changed, not more often than every two seconds, and how it ended. */
export class ProgressLines implements ProgressDisplay {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #started: number;
  #printedAt = Number.NEGATIVE_INFINITY;
  #last: TaskProgress | undefined;
  #printed = '';

  constructor(stream: ProgressStream, now: () => number) {
    this.#stream = stream;
    this.#now = now;
    this.#started = now();
  }

  show(progress: TaskProgress): void {
    this.#last = progress;
    if (this.#now() - this.#printedAt >= LINE_EVERY) this.#print();
  }

  [Symbol.dispose](): void {
    this.#print();
  }

  #print(): void {
    if (this.#last === undefined) return;
    const now = this.#now();
    // Without its time, a line that says nothing new is not repeated.
    const state = progressText(this.#last, 0);
    if (state === this.#printed) return;
    this.#printed = state;
    this.#printedAt = now;
    this.#stream.write(`${progressText(this.#last, now - this.#started)}\n`);
  }
}
