import type { Reporter, TestCase, TestModule } from 'vitest/node';

/**
 * Ends a test run with what was skipped and what it needs, and with the count alone on a line, which .ci/run and people
 * read.
 */
export default class TestSummary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const count = { passed: 0, failed: 0, skipped: 0 };
    const needs = new Map<string, number>();
    for (const module of modules) {
      // A file that cannot be loaded has no tests to count.
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'failed') count.failed += 1;
        else {
          count.skipped += 1;
          const need = needOf(test);
          needs.set(need, (needs.get(need) ?? 0) + 1);
        }
      }
    }
    console.log();
    for (const [need, tests] of needs) console.log(`skipped ${tests}: ${need}`);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}

function needOf(test: TestCase): string {
  return /\[(needs [^\]]*)\]/.exec(test.fullName)?.[1] ?? test.fullName;
}
