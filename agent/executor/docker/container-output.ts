import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Container } from 'dockerode';
import { executionFiles } from '../execution-files.ts';
import { OutputDemuxer } from './output-demuxer.ts';

/** Output on its way from the engine to the files, at most, in bytes. */
const IN_FLIGHT = 1 << 20;

/**
 * Copies what the engine has kept of a container's output into the files of its execution, and what is added, until it
 * has ended. What the files hold already is read again and skipped, so that it can be taken up after any byte.
 * Rejects when the engine breaks off, when a file cannot be written, and when aborted.
 */
export async function followLog(container: Container, folder: string, abort: AbortSignal): Promise<void> {
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    abortSignal: abort,
  });
  await store(stream, new OutputDemuxer('log'), folder, abort);
}

/**
 * Copies the stream of a container that was listened to from its start into the files; so much quicker than its log
 * that a command which prints a lot is not held up. Ends like {@link followLog}, and also when the engine goes away.
 */
export async function storeAttached(stream: NodeJS.ReadableStream, folder: string, abort: AbortSignal): Promise<void> {
  await store(stream, new OutputDemuxer('attached'), folder, abort);
}

async function store(
  stream: NodeJS.ReadableStream,
  demuxer: OutputDemuxer,
  folder: string,
  abort: AbortSignal,
): Promise<void> {
  await using stdout = await OutputFile.open(executionFiles.stdout(folder));
  await using stderr = await OutputFile.open(executionFiles.stderr(folder));
  const add = async (chunk: Buffer) => {
    const output = demuxer.push(chunk);
    await stdout.add(output.stdout);
    await stderr.add(output.stderr);
  };
  // The engine sends every line by itself: all that come while one write is under way make up the next.
  const files = new Writable({
    highWaterMark: IN_FLIGHT,
    writev: (chunks, done) => {
      add(Buffer.concat(chunks.map(({ chunk }) => chunk))).then(() => done(), done);
    },
  });
  await pipeline(stream, files, { signal: abort });
}

class OutputFile {
  readonly #handle: FileHandle;
  /** Bytes of the stream that the file holds already. */
  #toSkip: number;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#toSkip = size;
  }

  static async open(path: string): Promise<OutputFile> {
    const handle = await open(path, 'a');
    return new OutputFile(handle, (await handle.stat()).size);
  }

  async add(pieces: readonly Buffer[]): Promise<void> {
    if (pieces.length === 0) return;
    const bytes = Buffer.concat(pieces);
    const skipped = Math.min(this.#toSkip, bytes.length);
    this.#toSkip -= skipped;
    if (skipped < bytes.length) await this.#handle.writeFile(bytes.subarray(skipped));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
