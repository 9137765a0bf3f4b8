import { setTimeout as delay } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { Container } from 'dockerode';
import { hasBegun, readStoredExit, type StoredExit, writeStoredExit } from '../execution-files.ts';
import { type Exit, notStarted, type Running, type SignalName } from '../executor.ts';
import { exitOf } from '../exit.ts';
import { type ContainerState, untilEnded } from './container-end.ts';
import { followLog, storeAttached } from './container-output.ts';
import { statusOf, wordOf } from './engine-error.ts';

/** How long an engine may be away (it restarts, it is updated) before its containers are given up. */
const PATIENCE_MS = 10 * 60_000;
const LONGEST_RETRY_MS = 5_000;
/** How often the output of a container that has ended is tried before it is given up. */
const LAST_READINGS = 6;

/**
 * Follows a container from whatever state it is in to its removal:
 *
 *     output into files, until it has ended ─► exit code into a file ─► container removed ─► `ended`
 *
 * Each step can be repeated by a later agent. A connection that breaks is made again.
 */
export class ContainerRun implements Running {
  readonly kind = 'running';
  readonly ended: Promise<Exit>;
  readonly #docker: Docker;
  readonly #name: string;
  readonly #container: Container;
  readonly #folder: string;
  readonly #abort = new AbortController();
  readonly #over: Promise<void>;
  #signalOrdered = false;
  /** The connection was lost at least once. */
  #brokeOff = false;

  /** `attached` is the output of a container from its very start; without it the output is taken from its log. */
  constructor(docker: Docker, name: string, folder: string, attached?: NodeJS.ReadableStream) {
    this.#docker = docker;
    this.#name = name;
    this.#container = docker.getContainer(name);
    this.#folder = folder;
    const settled = Promise.withResolvers<Exit>();
    this.ended = settled.promise;
    this.#over = this.#untilRemoved(attached).then(settled.resolve, (error: unknown) => {
      if (this.#abort.signal.aborted) return;
      settled.resolve({ kind: 'unknown', message: `The container was lost sight of: ${wordOf(error)}` });
    });
  }

  async signal(name: SignalName): Promise<void> {
    if (name === 'TERM' || name === 'KILL') this.#signalOrdered = true;
    try {
      switch (name) {
        case 'TSTP':
          await this.#container.pause();
          return;
        case 'CONT':
          await this.#container.unpause();
          return;
        case 'TERM':
        case 'KILL':
          await this.#container.kill({ signal: `SIG${name}` });
          await this.#wake();
      }
    } catch (error) {
      if (!isAlreadySo(error)) throw error;
    }
  }

  /** Looks no further; the container goes on. Resolves when nothing more is written. */
  async letGo(): Promise<void> {
    this.#abort.abort();
    await this.#over;
  }

  /** A signal to a suspended container waits until it runs again. */
  async #wake(): Promise<void> {
    const { State: state } = await this.#container.inspect();
    if (state.Paused) await this.#container.unpause();
  }

  async #untilRemoved(attached: NodeJS.ReadableStream | undefined): Promise<Exit> {
    const ended = this.#untilEnded();
    const output = this.#collectOutput(ended, attached);
    await Promise.allSettled([ended, output]);
    const [end] = await Promise.all([ended, output]);
    if (end === 'gone') return this.#exitOfVanished();
    if (end === 'unreachable') return { kind: 'unknown', message: unreachable() };
    return this.#settle(end);
  }

  async #settle(state: ContainerState): Promise<Exit> {
    if (state.Status === 'created') {
      await removeContainer(this.#container);
      return notStarted('agent', `Docker stopped answering while it started the container. ${state.Error}`.trim());
    }
    const oom = state.OOMKilled && state.ExitCode !== 0;
    const exit: StoredExit = { code: state.ExitCode, oom };
    // Without room for the exit code the container stays: until it is removed as an orphan, a later agent can ask it.
    const stored = await writeStoredExit(this.#folder, exit).then(
      () => true,
      () => false,
    );
    if (stored) await removeContainer(this.#container);
    return exitOfStored(exit, this.#signalOrdered);
  }

  async #exitOfVanished(): Promise<Exit> {
    const stored = await readStoredExit(this.#folder);
    if (stored !== undefined) return exitOfStored(stored, this.#signalOrdered);
    if (await hasBegun(this.#folder)) {
      return { kind: 'unknown', message: 'The container was removed from outside scitq, and its exit code with it.' };
    }
    return notStarted('agent', 'The container was removed from outside scitq before it was started.');
  }

  async #collectOutput(ended: Promise<unknown>, attached: NodeJS.ReadableStream | undefined): Promise<void> {
    if (attached !== undefined) {
      try {
        await storeAttached(attached, this.#folder, this.#abort.signal);
        await ended;
        // An engine that goes away ends the stream as the container's end does.
        if (!this.#brokeOff) return;
      } catch {
        this.#abort.signal.throwIfAborted();
      }
    }
    await this.#collectLog(ended);
  }

  /**
   * Follows the log, then reads it once more after the container has ended: engines stop following at that moment,
   * with the last lines still on their way. What a full disk has no room for is lost in the end.
   */
  async #collectLog(ended: Promise<unknown>): Promise<void> {
    let over = false;
    const whenOver = ended.finally(() => {
      over = true;
    });
    whenOver.catch(() => undefined);
    for (let failed = 0, failedAtEnd = 0; failedAtEnd < LAST_READINGS; ) {
      const atEnd = over;
      try {
        await followLog(this.#container, this.#folder, this.#abort.signal);
        if (atEnd) return;
        failed = 0;
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        if (statusOf(error) === 404) return;
        failed++;
        if (atEnd) failedAtEnd++;
      }
      const pause = delay(retryDelay(failed), undefined, { signal: this.#abort.signal });
      await (atEnd ? pause : Promise.race([whenOver, pause]));
    }
  }

  async #untilEnded(): Promise<ContainerState | 'gone' | 'unreachable'> {
    let awaySince = performance.now();
    for (let failed = 0; performance.now() - awaySince < PATIENCE_MS; failed++) {
      const askedAt = performance.now();
      try {
        return await untilEnded(this.#docker, this.#name, this.#abort.signal);
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        if (statusOf(error) === 404) return 'gone';
        this.#brokeOff = true;
        // It had answered, and broke off later.
        if (performance.now() - askedAt > LONGEST_RETRY_MS) {
          awaySince = performance.now();
          failed = 0;
        }
        await delay(retryDelay(failed), undefined, { signal: this.#abort.signal });
      }
    }
    return 'unreachable';
  }
}

function retryDelay(failed: number): number {
  return Math.min(100 * 2 ** failed, LONGEST_RETRY_MS);
}

export function exitOfStored({ code, oom }: StoredExit, signalOrdered: boolean): Exit {
  return oom ? { kind: 'oom' } : exitOf(code, signalOrdered);
}

/** With its anonymous volumes, as `--rm` does. One that stays all the same is found by its label and removed later. */
export async function removeContainer(container: Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(() => undefined);
}

/** The container has ended, or is suspended or not as it should be. */
function isAlreadySo(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || status === 409 || (status === 500 && /not paused|not running/.test(wordOf(error)));
}

function unreachable(): string {
  return 'Docker has not answered on this worker for ten minutes, and what became of the container is not known.';
}
