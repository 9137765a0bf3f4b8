/** A stream of the engine holds frames: one byte for the stream, three empty, four for the length, the payload. */
const HEADER = 8;
const STDERR = 2;
const SPACE = 0x20;
const NEWLINE = Buffer.from('\n');
/** Frames are of some 16 or 32 KiB; more than this is no frame. */
const LONGEST_FRAME = 64 << 20;

export interface Output {
  stdout: Buffer[];
  stderr: Buffer[];
}

/**
 * Takes apart a stream of the engine: gives exactly what the container wrote.
 *
 * `attached` is what a container writes while one listens. `log` is what the engine kept of it, read with timestamps,
 * which serve to find newlines that it drops: where a line's length is a multiple of the 16 KiB at which it cuts, the
 * last piece is empty and its newline is missing. Without a timestamp the whole frame would be.
 */
export class OutputDemuxer {
  readonly #source: 'attached' | 'log';
  #pending: Buffer = Buffer.alloc(0);

  constructor(source: 'attached' | 'log') {
    this.#source = source;
  }

  /** Throws when the stream is none of frames. */
  push(chunk: Buffer): Output {
    const output: Output = { stdout: [], stderr: [] };
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32BE(at + 4);
      if (length > LONGEST_FRAME) throw new Error(`The engine's output stream announces a frame of ${length} bytes.`);
      const end = at + HEADER + length;
      if (end > bytes.length) break;
      const payload = bytes.subarray(at + HEADER, end);
      const written = this.#source === 'log' ? withoutTimestamp(payload) : payload;
      (bytes[at] === STDERR ? output.stderr : output.stdout).push(written);
      at = end;
    }
    this.#pending = bytes.subarray(at);
    return output;
  }
}

function withoutTimestamp(payload: Buffer): Buffer {
  const written = payload.subarray(payload.indexOf(SPACE) + 1);
  return written.length === 0 ? NEWLINE : written;
}
