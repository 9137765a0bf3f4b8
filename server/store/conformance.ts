import { describe } from 'vitest';
import { describeDependencies } from './conformance/dependencies.ts';
import { describeExecutions } from './conformance/executions.ts';
import { describeLists } from './conformance/lists.ts';
import { describeRecords } from './conformance/records.ts';
import { describeSelections } from './conformance/selections.ts';
import { describeStartUp } from './conformance/start-up.ts';
import { describeTasks } from './conformance/tasks.ts';
import { describeWriting } from './conformance/writing.ts';
import type { Store } from './store.ts';

/**
 * What any implementation of the port has to do, as tests; to be called from an implementation's own test file.
 * `open` gives a new, empty store with an up-to-date schema each time; closing it must remove it.
 */
export function describeStore(name: string, open: () => Promise<Store>): void {
  describe(`${name} store`, () => {
    describeWriting(open);
    describeTasks(open);
    describeDependencies(open);
    describeExecutions(open);
    describeRecords(open);
    describeLists(open);
    describeSelections(open);
    describeStartUp(open);
  });
}
