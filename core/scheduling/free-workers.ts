import { IndexedHeap } from './indexed-heap.ts';
import { goesBefore, rankOf, type Worker } from './worker.ts';

/** The workers of one batch that can take a task now, the next one to get one first. */
export class FreeWorkers extends IndexedHeap<Worker> {
  override add(worker: Worker): void {
    worker.rank = rankOf(worker);
    super.add(worker);
  }

  override rerank(worker: Worker): void {
    worker.rank = rankOf(worker);
    super.rerank(worker);
  }

  protected override before(a: Worker, b: Worker): boolean {
    return goesBefore(a, b);
  }

  protected override indexOf(worker: Worker): number {
    return worker.index;
  }

  protected override moveTo(worker: Worker, index: number): void {
    worker.index = index;
  }
}
