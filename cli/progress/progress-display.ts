import { colourAllowed } from '../output/colour.ts';
import type { TaskProgress } from './progress-line.ts';
import { progressLine, progressText } from './progress-line.ts';

/** Shows how far tasks are while somebody waits for them. */
export interface ProgressDisplay extends Disposable {
  show(progress: TaskProgress): void;
}

interface Terminal {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** A bar that is redrawn on a terminal; elsewhere a line now and then, when something has changed. */
export async function makeProgressDisplay(stream: NodeJS.WriteStream): Promise<ProgressDisplay> {
  return stream.isTTY ? makeBar(stream) : new ProgressLines(stream, performance.now.bind(performance));
}

async function makeBar(stream: NodeJS.WriteStream): Promise<ProgressDisplay> {
  const { SingleBar } = await import('cli-progress');
  const colour = colourAllowed(stream, process.env);
  const started = performance.now();
  let last: TaskProgress | undefined;
  const bar = new SingleBar({
    stream,
    linewrap: true,
    format: () => {
      if (last === undefined) return '';
      return progressLine(last, { width: stream.columns, colour, elapsed: performance.now() - started });
    },
  });
  return {
    show(progress) {
      const first = last === undefined;
      last = progress;
      if (first) bar.start(progress.total, progress.ended);
      bar.setTotal(progress.total);
      bar.update(progress.ended);
    },
    [Symbol.dispose]() {
      bar.stop();
    },
  };
}

/** Milliseconds between two lines in a log. */
const LINE_EVERY = 2_000;

/** For a log: a line when something has changed, not more often than every two seconds, and how it ended. */
export class ProgressLines implements ProgressDisplay {
  readonly #stream: Terminal;
  readonly #now: () => number;
  readonly #started: number;
  #printedAt = Number.NEGATIVE_INFINITY;
  #last: TaskProgress | undefined;
  #printed = '';

  constructor(stream: Terminal, now: () => number) {
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
