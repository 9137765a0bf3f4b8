import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatUri, parseUri, type Uri } from './uri.ts';

const word = fc.stringMatching(/^[a-z]\w{0,6}$/);
const part = fc.stringMatching(/^[ -{}~é🧬]{1,8}$/u);
const action = fc.oneof(
  fc.record({ kind: fc.constantFrom('gunzip' as const, 'untar' as const, 'unzip' as const) }),
  fc.record({
    kind: fc.constant('mv' as const),
    folder: fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
  }),
);
const uri: fc.Arbitrary<Uri> = fc
  .record({
    protocol: fc.constantFrom('file', 's3', 'run+fastq', 'MyRemote'),
    options: fc.array(word, { maxLength: 2 }),
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    actions: fc.uniqueArray(action, { maxLength: 3, selector: ({ kind }) => kind }),
  })
  .map(({ parts, ...uri }) => {
    const path = `${uri.protocol === 'file' ? '/' : ''}${parts.join('/')}`;
    return { ...uri, path, isFolder: path.endsWith('/') };
  });

test('what is written is read again', () => {
  fc.assert(
    fc.property(uri, (uri) => {
      expect(parseUri(formatUri(uri))).toEqual({ ok: true, uri });
    }),
  );
});

test('any text is read or refused, and what is read is written as it was', () => {
  const pieces = fc.constantFrom('file', 's3', '://', '/', '@', '|', 'mv:', 'untar', '..', '*', 'é', '\n', ':', '');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (text) => {
        const parsed = parseUri(text);
        if (parsed.ok)
          expect(formatUri(parsed.uri).toLowerCase()).toBe(text.toLowerCase().replace(/(\|mv:[^|]*)\/(?=$|\|)/, '$1'));
        else expect(parsed.column).toBeGreaterThan(0);
      },
    ),
  );
});

test('knows a folder by its slash, and protocols in any case', () => {
  expect(parseUri('FILE:///data/run 1/')).toMatchObject({
    ok: true,
    uri: { protocol: 'file', path: '/data/run 1/', isFolder: true },
  });
  expect(parseUri('run+fastq@sra@filter_r1://SRR1')).toMatchObject({
    ok: true,
    uri: { options: ['sra', 'filter_r1'], isFolder: false },
  });
  expect(parseUri('s3://b/x.tgz|untar|mv:db/')).toMatchObject({
    ok: true,
    uri: { actions: [{ kind: 'untar' }, { kind: 'mv', folder: 'db' }] },
  });
});

describe('says where it is wrong, and how', () => {
  test.each([
    ['', 1, 'no "://"'],
    ['/data/a', 1, 'no "://"'],
    ['://x', 1, 'protocol'],
    ['s3@a b://x', 4, 'option'],
    ['s3://', 6, 'path is missing'],
    ['s3://|untar', 6, 'path is missing'],
    ['file://data/a', 8, 'three slashes'],
    ['s3://b/a|gunzap', 10, '"|gunzap" is no action. Known: gunzip'],
    ['s3://b/a|untar|mv:../x', 16, '".."'],
    ['s3://b/a|mv:/x', 10, 'relative'],
    ['s3://b/a|mv:', 10, 'relative'],
    ['s3://b/a|untar|untar', 16, 'twice'],
    ['s3://b/a\n', 9, 'control'],
    [`s3://${'x'.repeat(9000)}`, 8193, 'longer'],
  ])('%s', (text, column, message) => {
    expect(parseUri(text)).toEqual({ ok: false, column, message: expect.stringContaining(message) });
  });
});
