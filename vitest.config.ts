import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    reporters: ['default', './scripts/test-summary.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{core,transfer,server,client,agent,cli,main,renderer,resources,scripts}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        // Whole programs, one after the other: they measure themselves against time limits.
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: './e2e/programs/built.ts',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
