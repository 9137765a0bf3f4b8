import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OutputDemuxer } from './output-demuxer.ts';

const TIMESTAMP = '2026-01-02T03:04:05.678901234Z ';

function frame(stream: number, written: Uint8Array, prefix = TIMESTAMP): Buffer {
  const payload = Buffer.concat([Buffer.from(prefix), written]);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

test.each([
  ['log', TIMESTAMP],
  ['attached', ''],
] as const)('gives each stream its bytes, however the frames are cut on their way: %s', (source, prefix) => {
  const written = fc.record({ stream: fc.constantFrom(1, 2), bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }) });
  fc.assert(
    fc.property(fc.array(written, { maxLength: 10 }), fc.array(fc.nat(90)), (frames, cuts) => {
      const wire = Buffer.concat(frames.map(({ stream, bytes }) => frame(stream, bytes, prefix)));
      const demuxer = new OutputDemuxer(source);
      const seen: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
      let at = 0;
      for (const length of [...cuts, wire.length]) {
        const { stdout, stderr } = demuxer.push(wire.subarray(at, at + length));
        seen.stdout.push(...stdout);
        seen.stderr.push(...stderr);
        at += length;
      }
      const expected = (wanted: number) =>
        Buffer.concat(frames.filter(({ stream }) => stream === wanted).map(({ bytes }) => bytes));
      expect(Buffer.concat(seen.stdout)).toEqual(expected(1));
      expect(Buffer.concat(seen.stderr)).toEqual(expected(2));
    }),
  );
});

test('an empty piece is the newline that the engine dropped', () => {
  expect(new OutputDemuxer('log').push(frame(1, Buffer.alloc(0))).stdout).toEqual([Buffer.from('\n')]);
});

test('refuses what is no output stream', () => {
  expect(() => new OutputDemuxer('log').push(Buffer.from('HTTP/1.1 500 Oh no'))).toThrow('frame');
});
