import { describe, expect, it } from 'vitest';
import { quickstartBatch } from './batch.ts';

const sound = Array.from({ length: 20 }, (_, index) => `/reads/sample-${String(index + 1).padStart(2, '0')}.fastq.gz`);
const tasks = quickstartBatch({
  sound,
  truncated: '/reads/sample-21-truncated.fastq.gz',
  script: '/reads/fastq-stats.sh',
  results: '/tmp/my results',
});

describe('the batch of the quick start', () => {
  it('has 24 tasks of different names', () => {
    expect(new Set(tasks.map((task) => task.name)).size).toBe(24);
  });

  it('reads and writes by file://, each path as it is', () => {
    for (const task of tasks) {
      expect(task.output).toMatch(/^file:\/\/\/tmp\/my results\/(\w|-)*\/?$/);
      for (const uri of task.input ?? []) expect(uri).toMatch(/^file:\/\/\/(reads|tmp\/my results)\//);
    }
  });

  it('ends with a task that waits for all others, however they end', () => {
    const last = tasks.at(-1);
    expect(last?.after).toEqual(tasks.slice(0, -1).map((task) => task.name));
    expect(last?.dependency).toBeUndefined();
  });

  it('has one task that uses the result of another, and one that is retried twice', () => {
    expect(tasks.filter((task) => task.dependency !== undefined)).toMatchObject([
      { dependency: ['sample-01'], input: ['file:///tmp/my results/stats/sample-01.tsv'] },
    ]);
    expect(tasks.filter((task) => task.retry !== undefined)).toMatchObject([{ name: 'flaky-download', retry: 2 }]);
  });
});
