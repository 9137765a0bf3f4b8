import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError } from '../errors.ts';
import { parseAddress } from './address.ts';

describe('parseAddress', () => {
  it.each([
    ['lab.example.org', 'http://lab.example.org:5000'],
    ['lab:6000', 'http://lab:6000'],
    ['127.0.0.1', 'http://127.0.0.1:5000'],
    ['[::1]:7000', 'http://[::1]:7000'],
    ['::1', 'http://[::1]:5000'],
    [' lab ', 'http://lab:5000'],
    ['http://lab:5000/', 'http://lab:5000'],
    ['https://lab.example.org', 'https://lab.example.org'],
    ['https://lab.example.org/scitq/', 'https://lab.example.org/scitq'],
  ])('reads %s as %s', (text, url) => {
    expect(parseAddress(text, '--server')).toBe(url);
  });

  it.each([
    ['', 'empty'],
    ['lab:port', "'port' is not a port"],
    ['lab:', "'' is not a port"],
    ['lab:70000', 'a number from 1 to 65535'],
    ['ftp://lab', 'ftp:// is not a way'],
    ['lab/queue', 'characters that no host name has'],
    ['http://me:secret@lab', 'holds a password'],
    ['[::1', 'characters that no host name has'],
  ])('refuses %j and says where it came from and why', (text, why) => {
    expect(() => parseAddress(text, 'SCITQ_SERVER')).toThrow(why);
    expect(() => parseAddress(text, 'SCITQ_SERVER')).toThrow(/^SCITQ_SERVER is /);
  });

  it('gives a URL or its own error, whatever it is given, and reads its own result back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.domain()), (text) => {
        try {
          const url = parseAddress(text, '--server');
          expect(parseAddress(url, '--server')).toBe(url);
        } catch (error) {
          expect(error).toBeInstanceOf(CliError);
        }
      }),
    );
  });
});
