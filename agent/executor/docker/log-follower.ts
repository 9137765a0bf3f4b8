import { type FileHandle, open } from 'node:fs/promises';
import type { Container } from 'dockerode';
import { executionFiles } from '../execution-files.ts';
import { LogDemuxer } from './log-demuxer.ts';

/**
 * Copies what the container writes into the files of its execution, until it has ended. What the files hold already
 * is read again and skipped, so that it can be broken off at any byte and taken up by another agent.
 *
 * Memory is bounded: the next piece is read when the last one is written. Rejects when the engine breaks off, when a
 * file cannot be written, and with the reason of `abort`.
 */
export async function followLogs(container: Container, folder: string, abort: AbortSignal): Promise<void> {
  await using stdout = await LogFile.open(executionFiles.stdout(folder));
  await using stderr = await LogFile.open(executionFiles.stderr(folder));
  const stream = await container.logs({
    follow: true,
    stdout: true,
    stderr: true,
    timestamps: true,
    abortSignal: abort,
  });
  const demuxer = new LogDemuxer();
  for await (const chunk of stream) {
    const output = demuxer.push(Buffer.from(chunk));
    await stdout.add(output.stdout);
    await stderr.add(output.stderr);
  }
  abort.throwIfAborted();
}

class LogFile {
  readonly #handle: FileHandle;
  /** Bytes of the stream that the file holds already. */
  #toSkip: number;

  private constructor(handle: FileHandle, size: number) {
    this.#handle = handle;
    this.#toSkip = size;
  }

  static async open(path: string): Promise<LogFile> {
    const handle = await open(path, 'a');
    return new LogFile(handle, (await handle.stat()).size);
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
