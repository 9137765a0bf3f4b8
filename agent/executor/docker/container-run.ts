import { setTimeout as delay } from 'node:timers/promises';
import type { Container } from 'dockerode';
import { hasBegun, readStoredExit, writeStoredExit } from '../execution-files.ts';
import { type Exit, notStarted, type Running, type RunRequest, type SignalName } from '../executor.ts';
import { exitOf } from '../exit.ts';
import { statusOf, wordOf } from './engine-error.ts';
import { followLogs } from './log-follower.ts';

/** How long an engine may be away (it restarts, it is updated) before its containers are given up. */
const PATIENCE_MS = 10 * 60_000;
const FIRST_RETRY_MS = 100;
const SLOWEST_RETRY_MS = 5_000;
/** Between the end of a container's log and the news of its own end there are milliseconds. */
const END_AFTER_LOG_MS = 1_000;

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
  readonly #container: Container;
  readonly #folder: string;
  readonly #abort = new AbortController();
  #signalOrdered = false;

  constructor(container: Container, request: RunRequest) {
    this.#container = container;
    this.#folder = request.folder;
    const ended = this.#untilRemoved();
    this.ended = new Promise((resolve, reject) => {
      ended.then(resolve, (error) => {
        if (!this.#abort.signal.aborted) reject(error);
      });
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

  /** Looks no further; the container goes on. */
  letGo(): void {
    this.#abort.abort();
  }

  /** A signal to a suspended container waits until it runs again. */
  async #wake(): Promise<void> {
    const { State: state } = await this.#container.inspect();
    if (state.Paused) await this.#container.unpause();
  }

  async #untilRemoved(): Promise<Exit> {
    const ended = this.#persist(() => this.#container.wait({ abortSignal: this.#abort.signal }));
    const [found] = await Promise.all([ended, this.#collectOutput(ended)]);
    if (found === 'gone') return this.#exitOfVanished();
    if (found === 'unreachable') return { kind: 'unknown', message: unreachable() };
    const inspected = await this.#persist(() => this.#container.inspect({ abortSignal: this.#abort.signal }));
    if (inspected === 'gone') return this.#exitOfVanished();
    if (inspected === 'unreachable') return { kind: 'unknown', message: unreachable() };
    return this.#settle(inspected.State);
  }

  async #settle(state: { Status: string; ExitCode: number; OOMKilled: boolean; Error: string }): Promise<Exit> {
    if (state.Status === 'created') {
      await removeContainer(this.#container);
      return notStarted('agent', `Docker stopped answering while it started the container. ${state.Error}`.trim());
    }
    const oom = state.OOMKilled && state.ExitCode !== 0;
    await writeStoredExit(this.#folder, { code: state.ExitCode, oom });
    await removeContainer(this.#container);
    return oom ? { kind: 'oom' } : exitOf(state.ExitCode, this.#signalOrdered);
  }

  async #exitOfVanished(): Promise<Exit> {
    const stored = await readStoredExit(this.#folder);
    if (stored !== undefined) return stored.oom ? { kind: 'oom' } : exitOf(stored.code, this.#signalOrdered);
    if (await hasBegun(this.#folder)) {
      return { kind: 'unknown', message: 'The container was removed from outside scitq, and its exit code with it.' };
    }
    return notStarted('agent', 'The container was removed from outside scitq before it was started.');
  }

  /** Until the container has ended and its output is read; what a full disk has no room for is lost in the end. */
  async #collectOutput(ended: Promise<unknown>): Promise<void> {
    let over = false;
    const whenOver = ended.finally(() => {
      over = true;
    });
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      const lastTime = over;
      try {
        await followLogs(this.#container, this.#folder, this.#abort.signal);
        await Promise.race([whenOver, delay(END_AFTER_LOG_MS, undefined, { ref: false })]);
        if (over) return;
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        if (lastTime || statusOf(error) === 404) return;
      }
      await Promise.race([whenOver, delay(wait)]);
    }
  }

  /** Asks until the engine answers. */
  async #persist<T>(ask: () => Promise<T>): Promise<T | 'gone' | 'unreachable'> {
    let awaySince: number | undefined;
    for (let wait = FIRST_RETRY_MS; ; wait = Math.min(wait * 2, SLOWEST_RETRY_MS)) {
      const askedAt = performance.now();
      try {
        return await ask();
      } catch (error) {
        this.#abort.signal.throwIfAborted();
        if (statusOf(error) === 404) return 'gone';
        if (performance.now() - askedAt > SLOWEST_RETRY_MS) {
          awaySince = undefined;
          wait = FIRST_RETRY_MS;
        }
        awaySince ??= performance.now();
        if (performance.now() - awaySince > PATIENCE_MS) return 'unreachable';
        await delay(wait, undefined, { signal: this.#abort.signal });
      }
    }
  }
}

/** With its anonymous volumes, as `--rm` does. One that is not there, or is being removed, is fine. */
export async function removeContainer(container: Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true });
  } catch (error) {
    // A container that stays is found by its label and removed later; how the command ended is known.
    if (statusOf(error) === undefined) return;
  }
}

/** The container has ended, or is suspended or not as it should be. */
function isAlreadySo(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || status === 409 || (status === 500 && /not paused|not running/.test(wordOf(error)));
}

function unreachable(): string {
  return 'Docker has not answered on this worker for ten minutes, and what became of the container is not known.';
}
