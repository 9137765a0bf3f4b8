/** A stream of the engine holds frames: one byte for the stream, three empty, four for the length, the payload. */
const HEADER = 8;
const STDERR = 2;
const SPACE = 0x20;
const NEWLINE = Buffer.from('\n');
/** The engine cuts lines at 16 KiB; more than this is no frame of a log. */
const LONGEST_FRAME = 64 << 20;

export interface Output {
  stdout: Buffer[];
  stderr: Buffer[];
}

/**
 * Takes apart the log stream of a container, read with timestamps: gives exactly what the container wrote.
 *
 * The timestamps serve to find newlines that the engine drops: where a line's length is a multiple of the 16 KiB at
 * which it cuts, the last piece is empty and its newline is missing. Without a timestamp the whole frame would be.
 */
export class LogDemuxer {
  #pending: Buffer = Buffer.alloc(0);

  /** Throws when the stream is none of frames. */
  push(chunk: Buffer): Output {
    const output: Output = { stdout: [], stderr: [] };
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER) {
      const length = bytes.readUInt32BE(at + 4);
      if (length > LONGEST_FRAME) throw new Error(`The engine's log stream announces a frame of ${length} bytes.`);
      const end = at + HEADER + length;
      if (end > bytes.length) break;
      const written = withoutTimestamp(bytes.subarray(at + HEADER, end));
      (bytes[at] === STDERR ? output.stderr : output.stdout).push(written);
      at = end;
    }
    this.#pending = bytes.subarray(at);
    return output;
  }
}

function withoutTimestamp(frame: Buffer): Buffer {
  const written = frame.subarray(frame.indexOf(SPACE) + 1);
  return written.length === 0 ? NEWLINE : written;
}
