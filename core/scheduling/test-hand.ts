import type { ModelStore, ModelWorker } from './test-model.ts';

/** A worker in the course of a pass: the rule of who is next, once more and by other means. For tests only. */
export class Hand {
  readonly worker: ModelWorker;
  readonly #openBefore: number;
  #taken = 0;

  constructor(worker: ModelWorker, store: ModelStore) {
    this.worker = worker;
    this.#openBefore = store.heldBy(worker.id).length;
  }

  canTake(): boolean {
    return this.worker.accepting && this.#open < this.worker.concurrency + this.worker.prefetch;
  }

  take(): void {
    if (!this.canTake()) throw new Error(`Worker ${this.worker.id} has no slot for another task.`);
    this.#taken += 1;
  }

  static order(this: void, a: Hand, b: Hand): number {
    if (a.#runs !== b.#runs) return a.#runs ? -1 : 1;
    const [freeA, takenA] = a.#share();
    const [freeB, takenB] = b.#share();
    return freeB * (takenA + 1) - freeA * (takenB + 1) || a.#load() - b.#load() || a.worker.id - b.worker.id;
  }

  get #open(): number {
    return this.#openBefore + this.#taken;
  }

  get #runs(): boolean {
    return this.#open < this.worker.concurrency;
  }

  /** Of the kind of slot that is next: how many were free when the pass began, and how many were taken since. */
  #share(): [free: number, taken: number] {
    const { concurrency, prefetch } = this.worker;
    if (this.#runs) return [concurrency - this.#openBefore, this.#taken];
    const openAtStart = Math.max(concurrency, this.#openBefore);
    return [concurrency + prefetch - openAtStart, this.#open - openAtStart];
  }

  #load(): number {
    return this.#open / (this.worker.concurrency + (this.#runs ? 0 : this.worker.prefetch));
  }
}
