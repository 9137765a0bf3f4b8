import { describe, expect, it } from 'vitest';
import type { ListView } from './output.ts';
import { makeOutput } from './select-output.ts';
import { captured } from './test-output.ts';

interface Sample {
  id: number;
  name: string;
  note?: string;
}

const view: ListView<Sample> = {
  columns: [
    { name: 'id', text: (row) => String(row.id), alignRight: true },
    { name: 'name', text: (row) => row.name, cutTo: 4, colour: () => 'red' },
    { name: 'note', text: (row) => row.note ?? '', onlyLong: true },
  ],
  id: (row) => row.id,
  empty: 'no samples',
};
const rows: Sample[] = [
  { id: 7, name: 'liver' },
  { id: 12, name: 'a very long name of a sample', note: 'late' },
];

describe('a list', () => {
  it('is aligned and whole when piped', () => {
    const { settings, written } = captured();
    makeOutput('table', settings).list(rows, view);
    expect(written.stdout).toBe('id  name\n 7  liver\n12  a very long name of a sample\n');
  });

  it('fits the terminal, unless --long', () => {
    const narrow = captured({ terminalColumns: 12 });
    makeOutput('table', narrow.settings).list(rows, view);
    expect(narrow.written.stdout).toBe('id  name\n 7  liver\n12  a very …\n');
    const long = captured({ terminalColumns: 12, long: true });
    makeOutput('table', long.settings).list(rows, view);
    expect(long.written.stdout).toContain('12  a very long name of a sample  late\n');
  });

  it('has no header with --no-header', () => {
    const { settings, written } = captured({ header: false });
    makeOutput('table', settings).list(rows.slice(0, 1), view);
    expect(written.stdout).toBe('7  liver\n');
  });

  it('shows the columns that were asked for, in that order, with a mark for nothing', () => {
    const { settings, written } = captured({ columns: ['note', 'id'] });
    makeOutput('table', settings).list(rows, view);
    expect(written.stdout).toBe('note  id\n-      7\nlate  12\n');
    const unknown = captured({ columns: ['colour'] });
    expect(() => makeOutput('table', unknown.settings).list(rows, view)).toThrow("there is no column 'colour'");
  });

  it('is coloured only where colour is allowed', () => {
    const { settings, written } = captured({ colour: true });
    makeOutput('table', settings).list(rows, view);
    expect(written.stdout).toContain('\u001b[31mliver');
  });

  it('says on standard error that there is nothing', () => {
    const { settings, written } = captured();
    makeOutput('table', settings).list([], view);
    expect(written).toEqual({ stdout: '', stderr: 'no samples\n' });
  });

  it('is an array with --json, and ids with --quiet', () => {
    const json = captured();
    makeOutput('json', json.settings).list(rows, view);
    expect(JSON.parse(json.written.stdout)).toEqual(rows);
    const empty = captured();
    makeOutput('json', empty.settings).list([], view);
    expect(empty.written).toEqual({ stdout: '[]\n', stderr: '' });
    const quiet = captured();
    makeOutput('quiet', quiet.settings).list(rows, view);
    expect(quiet.written.stdout).toBe('7\n12\n');
  });
});

describe('a detail', () => {
  it('lines its labels up under their heading', () => {
    const { settings, written } = captured();
    makeOutput('table', settings).detail(rows[0], {
      id: () => 7,
      sections: () => [
        { lines: [{ label: 'name', text: 'liver' }] },
        { heading: 'Empty', lines: [] },
        { heading: 'More', lines: [{ label: 'a', text: 'two\nlines' }, { label: 'long', text: 'x' }, 'free text'] },
      ],
    });
    expect(written.stdout).toBe('name  liver\n\nMore\n  a     two\n        lines\n  long  x\n  free text\n');
  });
});

describe('an error', () => {
  it('is one line that says what to do, on standard error', () => {
    const { settings, written } = captured();
    makeOutput('table', settings).error({ code: 'INVALID', message: 'no\nway', hint: 'try again' });
    expect(written).toEqual({ stdout: '', stderr: 'scitq: no way. try again.\n' });
  });

  it('is an object with --json', () => {
    const { settings, written } = captured();
    makeOutput('json', settings).error({ code: 'UNKNOWN_TASK', message: 'there is no task 9', hint: 'look' });
    expect(JSON.parse(written.stderr)).toEqual({
      error: { code: 'UNKNOWN_TASK', message: 'there is no task 9', hint: 'look' },
    });
  });
});
