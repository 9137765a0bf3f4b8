import { type FSWatcher, watch } from 'node:fs';
import { hasBegun, readStoredExit } from '../execution-files.ts';
import type { Exit, Running, SignalName } from '../executor.ts';
import { exitOf } from '../exit.ts';
import { killOrphanedGroup, signalGroup } from './process-group.ts';
import { currentBootId, isAlive, type ProcessIdentity } from './process-identity.ts';

const FIRST_LOOK_AGAIN_MS = 10;
const SLOWEST_LOOK_AGAIN_MS = 1_000;

/**
 * Follows a command whose launcher is not our child, through what they leave on disk:
 *
 *     launcher   exit file   begun
 *     any        complete    yes     it ended, with that code
 *     alive      no          yes     it runs
 *     alive      no          no      the launcher is about to begin, or to end because its agent died: wait
 *     dead       no          yes     it was killed together with its launcher: unknown
 *     dead       no          no      it never started and never will
 *
 * Changes in the folder wake it. Nothing in Node tells of the death of a process that is not a child, so that alone
 * is looked for by the clock, less and less often down to once a second.
 */
export class ExitWatch implements Running {
  readonly kind = 'running';
  readonly begun: Promise<boolean>;
  readonly ended: Promise<Exit>;
  /** Resolves when there is nothing left to watch, whatever was found. */
  readonly over: Promise<void>;
  readonly #folder: string;
  readonly #launcher: ProcessIdentity;
  readonly #begun = Promise.withResolvers<boolean>();
  readonly #ended = Promise.withResolvers<Exit>();
  readonly #over = Promise.withResolvers<void>();
  readonly #watcher: FSWatcher | undefined;
  #lookAgain: NodeJS.Timeout | undefined;
  #delay = FIRST_LOOK_AGAIN_MS;
  #looking = false;
  #lookedTooEarly = false;
  #stopped = false;
  #ordered = { any: false, kill: false };

  constructor(folder: string, launcher: ProcessIdentity) {
    this.#folder = folder;
    this.#launcher = launcher;
    this.begun = this.#begun.promise;
    this.ended = this.#ended.promise;
    this.over = this.#over.promise;
    this.#watcher = watchFolder(folder, () => this.#look());
    this.#look();
  }

  async signal(name: SignalName): Promise<void> {
    if (this.#stopped || !(await isAlive(this.#launcher))) return;
    if (name === 'TERM' || name === 'KILL') this.#ordered.any = true;
    if (name === 'KILL') this.#ordered.kill = true;
    signalGroup(this.#launcher.pid, name);
    this.#delay = FIRST_LOOK_AGAIN_MS;
    this.#look();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#lookAgain);
    this.#watcher?.close();
    this.#over.resolve();
  }

  #look(): void {
    if (this.#looking || this.#stopped) {
      this.#lookedTooEarly = true;
      return;
    }
    this.#looking = true;
    this.#lookedTooEarly = false;
    clearTimeout(this.#lookAgain);
    this.#examine()
      .catch((error: unknown) =>
        this.#finish({ kind: 'unknown', message: `The command was lost sight of (${error}).` }),
      )
      .finally(() => {
        this.#looking = false;
        if (this.#stopped) return;
        if (this.#lookedTooEarly) this.#look();
        else this.#lookLater();
      });
  }

  #lookLater(): void {
    this.#lookAgain = setTimeout(() => this.#look(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, SLOWEST_LOOK_AGAIN_MS);
  }

  async #examine(): Promise<void> {
    const alive = await isAlive(this.#launcher);
    const stored = await readStoredExit(this.#folder);
    const begun = stored !== undefined || (await hasBegun(this.#folder));
    if (this.#stopped) return;
    if (begun) this.#begun.resolve(true);
    if (stored !== undefined) {
      if (this.#ordered.any) await this.#killWhatIsLeft();
      this.#finish(exitOf(stored.code, this.#ordered.any));
    } else if (!alive && begun) this.#finish(await this.#killedWithLauncher());
    else if (!alive) {
      this.#begun.resolve(false);
      this.stop();
    }
  }

  async #killedWithLauncher(): Promise<Exit> {
    if (this.#launcher.bootId !== (await currentBootId())) {
      return { kind: 'unknown', message: 'The machine restarted while the command ran.' };
    }
    await this.#killWhatIsLeft();
    if (this.#ordered.kill) return { kind: 'signaled', signal: 'SIGKILL' };
    const message =
      'The command was killed from outside scitq while the agent was away, and left no exit code. The machine may have run out of memory.';
    return { kind: 'unknown', message };
  }

  async #killWhatIsLeft(): Promise<void> {
    if (await isAlive(this.#launcher)) signalGroup(this.#launcher.pid, 'KILL');
    else killOrphanedGroup(this.#launcher.pid);
  }

  #finish(exit: Exit): void {
    this.#begun.resolve(true);
    this.#ended.resolve(exit);
    this.stop();
  }
}

/** A system that has no watches left is fine: the clock finds what there is, later. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
