import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const EVERY = 100;

/** The resident size of a process in MB (1,000,000 bytes): now, and the largest that was seen at ten looks a second. */
export class MemoryWatch implements Disposable {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #highest = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => void this.now().catch(() => undefined), EVERY);
  }

  async now(): Promise<number> {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(this.#pid)]);
    const megabytes = (Number(stdout) * 1_024) / 1_000_000;
    this.#highest = Math.max(this.#highest, megabytes);
    return megabytes;
  }

  async highest(): Promise<number> {
    await this.now();
    return this.#highest;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
