import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import type { ProgramName } from './built.ts';
import { programPath } from './built.ts';

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What is kept of each stream, in characters: the end of it. */
const KEPT = 1 << 20;
/** Generous, for a loaded machine: reaching it is a failure, not a wait. In milliseconds. */
const PATIENCE = 30_000;

/** One process of one of our programs, with what it has written so far. */
export class Program {
  readonly name: ProgramName;
  readonly pid: number;
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  #over: Ended | undefined;
  readonly #events = new EventEmitter().setMaxListeners(0);

  private constructor(name: ProgramName, pid: number, child: ChildProcessByStdio<null, Readable, Readable>) {
    this.name = name;
    this.pid = pid;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout = (this.stdout + text).slice(-KEPT);
      this.#events.emit('output');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT);
      this.#events.emit('output');
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    // 'exit' and not 'close': a grandchild may hold the pipes open for as long as it likes.
    child.once('exit', (code, signal) => {
      this.#over = { code, signal };
      resolve(this.#over);
      this.#events.emit('output');
    });
  }

  static async start(name: ProgramName, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Program> {
    const child = spawn(process.execPath, [programPath(name), ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    await once(child, 'spawn');
    if (child.pid === undefined) throw new Error(`${name} has no pid`);
    return new Program(name, child.pid, child);
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Sends the signal and resolves when the process has ended; rejects when it has not within `within` milliseconds. */
  async kill(signal: NodeJS.Signals, within = PATIENCE): Promise<Ended> {
    if (!this.isOver) process.kill(this.pid, signal);
    return this.untilEnded(within);
  }

  async untilEnded(within = PATIENCE): Promise<Ended> {
    await this.#until('end', () => this.isOver, within);
    return this.ended;
  }

  /** Resolves with the first match. Rejects when the program ends before, or after `within` milliseconds. */
  async untilPrinted(pattern: RegExp, stream: 'stdout' | 'stderr', within = PATIENCE): Promise<RegExpExecArray> {
    let found = pattern.exec(this[stream]);
    await this.#until(
      `print ${pattern} on ${stream}`,
      () => {
        found = pattern.exec(this[stream]);
        return found !== null || this.isOver;
      },
      within,
    );
    if (found === null)
      throw new Error(`${this.name} ended and did not print ${pattern} on ${stream}.\n${this.describe()}`);
    return found;
  }

  /** Who it is, how it ended, and what it wrote to stderr. */
  describe(): string {
    const over = this.#over;
    const state = over === undefined ? 'runs' : `ended with ${over.signal ?? `code ${over.code}`}`;
    return `--- ${this.name} (pid ${this.pid}, ${state}), stderr:\n${this.stderr.slice(-8_000)}`;
  }

  async #until(what: string, isSo: () => boolean, within: number): Promise<void> {
    const deadline = AbortSignal.timeout(within);
    while (!isSo()) {
      await once(this.#events, 'output', { signal: deadline }).catch(() => {
        throw new Error(`${this.name} did not ${what} within ${within / 1_000} s.\n${this.describe()}`);
      });
    }
  }
}
