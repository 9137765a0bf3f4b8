import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { SignalName } from '../executor.ts';
import { LAUNCHER_PRELUDE } from './launcher-script.ts';
import { signalGroup } from './process-group.ts';
import { identify, type ProcessIdentity } from './process-identity.ts';

export interface Credentials {
  uid?: number;
  gid?: number;
}

/** What a launcher said about its command, or that the launcher itself is gone. */
export type LauncherNotice = { kind: 'code'; code: number } | { kind: 'gone'; signal: NodeJS.Signals | null };

/**
 * A small shell in its own session and process group that starts one command at a time and stores its exit code.
 *
 * It outlives the agent, and the command with it: once the agent is dead the shell reads the end of its input, after
 * the command that it runs. It is reused, since a shell that forks is cheaper than Node that does.
 */
export class Launcher {
  readonly identity: ProcessIdentity;
  /** Those that started it with the same credentials can share it. */
  readonly credentials: Credentials;
  readonly #shell: ChildProcessByStdio<Writable, Readable, null>;
  #unread = '';
  #waiting: ((notice: LauncherNotice) => void) | undefined;
  #gone: LauncherNotice | undefined;
  #onGone: () => void = () => {};

  private constructor(
    shell: ChildProcessByStdio<Writable, Readable, null>,
    identity: ProcessIdentity,
    credentials: Credentials,
  ) {
    this.#shell = shell;
    this.identity = identity;
    this.credentials = credentials;
    shell.once('exit', (_code, signal) => this.#end(signal));
    if (shell.exitCode !== null || shell.signalCode !== null) this.#end(shell.signalCode);
    shell.stdout.setEncoding('latin1').on('data', (text: string) => this.#read(text));
    shell.stdin.on('error', () => {
      // A launcher that died: its exit says so.
    });
  }

  /** Rejects when the system starts no process, or not with these credentials. */
  static async start(path: string, credentials: Credentials, env: NodeJS.ProcessEnv): Promise<Launcher> {
    const shell = spawn(path, ['-s'], {
      argv0: 'sh',
      cwd: '/',
      detached: true,
      env,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...credentials,
    });
    await once(shell, 'spawn');
    const identity = shell.pid === undefined ? undefined : await identify(shell.pid);
    if (identity === undefined) throw new Error(`The shell ${path} ended at once.`);
    const launcher = new Launcher(shell, identity, credentials);
    const ready = await launcher.run(LAUNCHER_PRELUDE);
    if (ready.kind === 'gone') throw new Error(`The shell ${path} ended at once.`);
    return launcher;
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** Calls back when the shell is gone, whether or not it runs a command. One listener. */
  onGone(listener: () => void): void {
    this.#onGone = listener;
  }

  /** Gives it a command; one at a time. */
  run(script: string): Promise<LauncherNotice> {
    if (this.#gone !== undefined) return Promise.resolve(this.#gone);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#shell.stdin.write(script);
    });
  }

  /** Reaches the launcher and all that its command has started. */
  signal(name: SignalName): void {
    if (this.#gone === undefined) signalGroup(this.identity.pid, name);
  }

  /** Ends when its command has ended; the agent no longer looks at it. */
  letGo(): void {
    this.#waiting = undefined;
    this.#shell.stdin.end();
    this.#shell.stdout.destroy();
    this.#shell.unref();
  }

  #read(text: string): void {
    this.#unread += text;
    const end = this.#unread.indexOf('\n');
    if (end === -1) return;
    const [, code] = this.#unread.slice(0, end).split(' ');
    this.#unread = this.#unread.slice(end + 1);
    this.#tell({ kind: 'code', code: Number(code) });
  }

  #end(signal: NodeJS.Signals | null): void {
    if (this.#gone !== undefined) return;
    this.#gone = { kind: 'gone', signal };
    this.#onGone();
    this.#tell(this.#gone);
  }

  #tell(notice: LauncherNotice): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(notice);
  }
}
