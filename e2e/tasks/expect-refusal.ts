import { expect } from 'vitest';
import type { RunOptions } from '#e2e/programs/finished.ts';
import type { Lab } from './lab.ts';

export interface ExpectedRefusal {
  exit: 1 | 2 | 3 | 4;
  code: string;
  /** Of the one line on standard error. */
  says: RegExp;
}

/** `scitq …` is refused: in one line for a person, as `{"error":…}` with `--json`, with nothing on standard output. */
export async function expectRefusal(
  lab: Lab,
  argv: readonly string[],
  { exit, code, says }: ExpectedRefusal,
  options: RunOptions = {},
): Promise<void> {
  const [plain, json] = await Promise.all([lab.scitq(argv, options), lab.scitq(['--json', ...argv], options)]);
  expect(plain).toMatchObject({ code: exit, stdout: '' });
  expect(plain.stderr).toMatch(/^scitq: [^\n]+\n$/);
  expect(plain.stderr).toMatch(says);
  expect(json).toMatchObject({ code: exit, stdout: '' });
  const { error }: { error: { code: string; message: string; hint?: string } } = JSON.parse(json.stderr);
  expect(error.code).toBe(code);
  expect(`${error.message} ${error.hint ?? ''}`).toMatch(says);
}
