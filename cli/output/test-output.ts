import type { OutputSettings } from './output.ts';

/** Collects what an output writes, as a pipe or as a terminal of some width. */
export function captured(overrides: Partial<OutputSettings> & { terminalColumns?: number } = {}) {
  const written = { stdout: '', stderr: '' };
  const { terminalColumns, ...settings } = overrides;
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      written[name] += text;
    },
    ...(terminalColumns === undefined ? {} : { isTTY: true, columns: terminalColumns }),
  });
  const full: OutputSettings = {
    program: 'scitq',
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    header: true,
    long: false,
    colour: false,
    now: () => 1_700_000_000_000,
    ...settings,
  };
  return { settings: full, written };
}
