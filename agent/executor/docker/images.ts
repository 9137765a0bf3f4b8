import type Docker from 'dockerode';
import { z } from 'zod';
import { type NotStarted, notStarted } from '../executor.ts';
import { engineTrouble, statusOf, wordOf } from './engine-error.ts';

type Outcome = { kind: 'ready' } | NotStarted;

const READY: Outcome = { kind: 'ready' };

/** Makes sure that images are on this worker. However many ask for one at the same time, it is fetched once. */
export class Images {
  readonly #docker: Docker;
  readonly #fetching = new Map<string, Promise<Outcome>>();

  constructor(docker: Docker) {
    this.#docker = docker;
  }

  /** Rejects with `abort.reason` when aborted; the fetching then goes on for whoever asks next. */
  async ensure(image: string, abort?: AbortSignal): Promise<Outcome> {
    const outcome = this.#outcomeOf(image);
    if (abort === undefined) return outcome;
    abort.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(abort.reason);
    abort.addEventListener('abort', onAbort);
    try {
      return await Promise.race([outcome, aborted.promise]);
    } finally {
      abort.removeEventListener('abort', onAbort);
    }
  }

  #outcomeOf(image: string): Promise<Outcome> {
    let outcome = this.#fetching.get(image);
    if (outcome === undefined) {
      outcome = this.#findOrFetch(image).finally(() => this.#fetching.delete(image));
      this.#fetching.set(image, outcome);
    }
    return outcome;
  }

  async #findOrFetch(image: string): Promise<Outcome> {
    if (!/^[\w./:@-]+$/.test(image)) return badName(image);
    try {
      await this.#docker.getImage(image).inspect();
      return READY;
    } catch (error) {
      if (statusOf(error) === 400) return badName(image);
      if (statusOf(error) !== 404) return engineTrouble(error);
    }
    try {
      const stream = await this.#docker.pull(image);
      for await (const chunk of linesOf(stream)) {
        const { error } = pullProgress.parse(JSON.parse(chunk));
        if (error !== undefined) return cannotFetch(image, error);
      }
      return READY;
    } catch (error) {
      return statusOf(error) === undefined ? engineTrouble(error) : cannotFetch(image, wordOf(error));
    }
  }
}

const pullProgress = z.object({ error: z.string().optional() });

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of stream) {
    rest += chunk.toString();
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line.trim() !== '');
  }
  if (rest.trim() !== '') yield rest;
}

function badName(image: string): NotStarted {
  return notStarted(
    'image',
    `"${image}" is not the name of a container image. A name looks like ubuntu:24.04 or quay.io/biocontainers/samtools:1.21.`,
  );
}

function cannotFetch(image: string, word: string): NotStarted {
  return notStarted('image', `The container image ${image} could not be fetched: ${word}. ${adviceOn(word)}`);
}

function adviceOn(word: string): string {
  if (/no such host|timeout|connection refused|unreachable|dial tcp/i.test(word)) {
    return 'This worker has no such image yet and could not reach its registry: check the name of the registry, and the network of the worker.';
  }
  return 'Check the spelling of its name and tag, that it exists in its registry, and that it is public or that this worker is logged in there.';
}
