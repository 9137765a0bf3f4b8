import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProgramName } from './built.ts';
import { programPath } from './built.ts';

export interface RunOptions {
  stdin?: string | Buffer | Iterable<string> | AsyncIterable<string>;
  env?: Record<string, string>;
  /** Milliseconds until it is killed and the call rejects; default 60,000. */
  within?: number;
}

/** A program that was run to its end. */
export class Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The bytes of stdout. */
  readonly output: Buffer;
  readonly stderr: string;
  /** How long it took, in milliseconds. */
  readonly took: number;

  constructor(how: {
    code: number | null;
    signal: NodeJS.Signals | null;
    output: Buffer;
    stderr: string;
    took: number;
  }) {
    this.code = how.code;
    this.signal = how.signal;
    this.output = how.output;
    this.stderr = how.stderr;
    this.took = how.took;
  }

  get stdout(): string {
    return this.output.toString();
  }
}

/** Runs a program to its end. Rejects only when it does not end in time. */
export async function runToEnd(
  name: ProgramName,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { stdin = '', within = 60_000 }: Omit<RunOptions, 'env'>,
): Promise<Finished> {
  const began = performance.now();
  const child = spawn(process.execPath, [programPath(name), ...argv], { env, stdio: 'pipe' });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  // A program that refuses at once need not read what it is given.
  const fed = pipeline(
    Readable.from(typeof stdin === 'string' || Buffer.isBuffer(stdin) ? [stdin] : stdin),
    child.stdin,
  );
  fed.catch(() => undefined);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, within);
  const [code, signal]: [number | null, NodeJS.Signals | null] = await onceClosed(child);
  clearTimeout(timer);
  const stderr = Buffer.concat(errors).toString();
  if (isLate) throw new Error(`${name} ${argv.join(' ')} did not end within ${within / 1_000} s; stderr:\n${stderr}`);
  return new Finished({ code, signal, output: Buffer.concat(output), stderr, took: performance.now() - began });
}

async function onceClosed(child: ReturnType<typeof spawn>): Promise<[number | null, NodeJS.Signals | null]> {
  const [code, signal] = await once(child, 'close');
  return [code, signal];
}
