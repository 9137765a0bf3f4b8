import { execFile } from 'node:child_process';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of a given size, in memory, to be filled. */
export class SmallDisk implements AsyncDisposable {
  readonly folder: string;
  readonly #filling: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.#filling = join(folder, 'filling');
  }

  static async mount(folder: string, kilobytes: number): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
    return new SmallDisk(folder);
  }

  /** Takes all the room but for `left` bytes. */
  async fill(left = 0): Promise<void> {
    await using file = await open(this.#filling, 'a');
    const page = Buffer.alloc(4_096);
    let size = 0;
    try {
      for (;;) size += (await file.write(page)).bytesWritten;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
    await file.truncate(size - left);
  }

  /** Gives back what {@link fill} took. */
  async free(): Promise<void> {
    await rm(this.#filling, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Lazily: the programs that use it are ended after this.
    await run('umount', ['--lazy', this.folder]);
  }
}
