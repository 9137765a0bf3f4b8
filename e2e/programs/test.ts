import { test as base } from 'vitest';
import { Programs } from './programs.ts';

/** vitest's `test`, with the programs that the test starts: they end with it, however it ends. */
export const test = base.extend('programs', async ({ onTestFailed }, { onCleanup }) => {
  const programs = await Programs.make();
  let said = '';
  onCleanup(async () => {
    said = programs.describe();
    await programs[Symbol.asyncDispose]();
  });
  onTestFailed(() => console.error(said === '' ? programs.describe() : said));
  return programs;
});
