import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** In bytes; reached by doubling. Larger is no faster: what a request leaves behind is dead long before this is full. */
const LARGEST = 32 * 2 ** 20;

/**
 * Stops the part of the heap where new objects are made at {@link LARGEST}; V8 by itself lets it grow to four times
 * that on a machine with much memory, all of it garbage. Its limit is read only from the command line that started
 * Node, but the factor by which it grows is read each time.
 */
export function limitYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    const size = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size;
    if (size !== undefined && size < LARGEST) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}
