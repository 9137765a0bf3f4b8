import type Docker from 'dockerode';
import type { Container } from 'dockerode';
import type { ExecutionId } from '#core/task/ids.ts';
import { hasBegun, markBegun, readStoredExit, unmarkBegun } from '../execution-files.ts';
import { type Executor, type Handle, type NotStarted, notStarted, type Running, type RunRequest } from '../executor.ts';
import { alreadyEnded } from '../exit.ts';
import { AGENT_LABEL, containerConfig, containerName, EXECUTION_LABEL } from './container-config.ts';
import { ContainerRun, exitOfStored, removeContainer } from './container-run.ts';
import { type ContainerOptions, parseContainerOptions } from './docker-options.ts';
import { startTrouble, statusOf, wordOf } from './engine-error.ts';
import { Images } from './images.ts';

export interface DockerExecutor extends Executor {
  /** Names of the containers that this agent left in the engine for executions not in `keep`. Rejects when the engine does. */
  listOrphans(keep: () => Iterable<ExecutionId>): Promise<string[]>;
  /** Kills and removes the containers of {@link listOrphans}; returns their names. */
  removeOrphans(keep: () => Iterable<ExecutionId>): Promise<string[]>;
}

/**
 * Runs commands in containers of the engine at DOCKER_HOST, or of the machine's own. Nothing is asked of an engine
 * before the first command.
 *
 * `agentId` tells this agent's containers from those of all others that use the same engine, and stays the same after
 * a restart. Throws RangeError for one that cannot be part of a container's name.
 */
export function makeDockerExecutor({ agentId }: { agentId: string }): DockerExecutor {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(agentId)) {
    throw new RangeError(`"${agentId}" can't be part of a container's name: use letters, digits and _ . -`);
  }
  return new EngineExecutor(agentId);
}

interface Planned {
  kind: 'planned';
  image: string;
  create: Docker.ContainerCreateOptions;
}

interface Engine {
  docker: Docker;
  images: Images;
}

class EngineExecutor implements DockerExecutor {
  readonly #agentId: string;
  readonly #runs = new Set<ContainerRun>();
  #engine: Promise<Engine> | undefined;

  constructor(agentId: string) {
    this.#agentId = agentId;
  }

  async prepare(request: RunRequest, abort: AbortSignal): Promise<{ kind: 'ready' } | NotStarted> {
    const planned = this.#plan(request);
    if (planned.kind === 'not-started') return planned;
    const { images } = await this.#connect();
    return images.ensure(planned.image, abort);
  }

  async start(request: RunRequest, onHandle: (handle: Handle) => Promise<void>): Promise<Running | NotStarted> {
    const planned = this.#plan(request);
    if (planned.kind === 'not-started') return planned;
    const { docker, images } = await this.#connect();
    const image = await images.ensure(planned.image);
    if (image.kind === 'not-started') return image;
    await onHandle({ kind: 'docker', name: containerName(this.#agentId, request.executionId) });
    try {
      const container = await this.#create(docker, planned, request);
      return await this.#startCreated(docker, container, request, planned.image);
    } catch (error) {
      return startTrouble(error, planned.image);
    }
  }

  async recover(request: RunRequest, handle: Handle): Promise<Running | { kind: 'never-started' }> {
    if (handle.kind !== 'docker') throw new TypeError(`A ${handle.kind} handle is none of a container.`);
    const { docker } = await this.#connect();
    const container = docker.getContainer(handle.name);
    const stored = await readStoredExit(request.folder);
    if (stored !== undefined) {
      await removeContainer(container);
      return alreadyEnded(exitOfStored(stored, false));
    }
    if (await isCertainlyUnstarted(container, request.folder)) return { kind: 'never-started' };
    return this.#follow(docker, request);
  }

  async listOrphans(keep: () => Iterable<ExecutionId>): Promise<string[]> {
    const { docker } = await this.#connect();
    const all = await docker.listContainers({ all: true, filters: { label: [`${AGENT_LABEL}=${this.#agentId}`] } });
    // Asked only now: what was taken on while the engine answered is wanted too.
    const kept = new Set([...keep()].map(String));
    return all
      .filter(({ Labels }) => !kept.has(Labels[EXECUTION_LABEL] ?? ''))
      .flatMap(({ Names }) => Names.slice(0, 1).map((name) => name.replace(/^\//, '')));
  }

  async removeOrphans(keep: () => Iterable<ExecutionId>): Promise<string[]> {
    const { docker } = await this.#connect();
    const names = await this.listOrphans(keep);
    for (const name of names) await removeContainer(docker.getContainer(name));
    return names;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#runs].map((run) => run.letGo()));
    this.#runs.clear();
  }

  #connect(): Promise<Engine> {
    this.#engine ??= loadEngine();
    return this.#engine;
  }

  #plan(request: RunRequest): Planned | NotStarted {
    const { container } = request;
    if (container === undefined) return notStarted('agent', 'The task has no container image to run in.');
    const parsed = parseContainerOptions(container.options);
    if (!parsed.ok) return notStarted('command', parsed.message);
    const problem = wordProblem(request, parsed.options);
    if (problem !== undefined) return notStarted('command', problem);
    const create = containerConfig(request, container, parsed.options, this.#agentId);
    return { kind: 'planned', image: container.image, create };
  }

  /** A container of that name that never started is left from an agent that died between making and starting it. */
  async #create(docker: Docker, planned: Planned, request: RunRequest): Promise<Container> {
    try {
      return await docker.createContainer(planned.create);
    } catch (error) {
      const left = docker.getContainer(containerName(this.#agentId, request.executionId));
      if (statusOf(error) !== 409 || !(await isCertainlyUnstarted(left, request.folder))) throw error;
      return docker.createContainer(planned.create);
    }
  }

  async #startCreated(
    docker: Docker,
    container: Container,
    request: RunRequest,
    image: string,
  ): Promise<Running | NotStarted> {
    try {
      await markBegun(request.folder);
    } catch (error) {
      await removeContainer(container);
      return notStarted(
        'agent',
        `The worker could not write in ${request.folder} (${wordOf(error)}). Is its disk full?`,
      );
    }
    let attached: NodeJS.ReadableStream | undefined;
    try {
      attached = await container.attach({ stream: true, stdout: true, stderr: true });
      await container.start();
    } catch (error) {
      // A container whose listener doesn't listen would be held up.
      attached?.resume();
      // An engine that broke off may have started it all the same: what became of it is found out by following it.
      if (statusOf(error) === undefined) return this.#follow(docker, request);
      await removeContainer(container);
      await unmarkBegun(request.folder);
      return startTrouble(error, image);
    }
    return this.#follow(docker, request, attached);
  }

  #follow(docker: Docker, request: RunRequest, attached?: NodeJS.ReadableStream): Running {
    const run = new ContainerRun(docker, containerName(this.#agentId, request.executionId), request.folder, attached);
    this.#runs.add(run);
    void run.ended.then(() => this.#runs.delete(run));
    return run;
  }
}

/** Loaded at the first use: a worker without containers need not wait for it. */
async function loadEngine(): Promise<Engine> {
  const { default: Engine } = await import('dockerode');
  const docker = new Engine();
  return { docker, images: new Images(docker) };
}

/**
 * Whether nothing of the command ever ran; what was made for it is then removed. A container that an engine is just
 * starting refuses to be removed, so that a start that is still on its way is seen.
 */
async function isCertainlyUnstarted(container: Container, folder: string): Promise<boolean> {
  try {
    const { State: state } = await container.inspect();
    if (state.Status !== 'created') return false;
    await container.remove({ v: true });
  } catch (error) {
    if (statusOf(error) !== 404 || (await hasBegun(folder))) return false;
  }
  await unmarkBegun(folder);
  return true;
}

function wordProblem(request: RunRequest, options: ContainerOptions): string | undefined {
  const [program] = request.command;
  if (program === '') return 'The command is empty. Give the program to run.';
  const words = [...request.command, ...Object.entries(request.env).flat(), ...options.env];
  return words.some((word) => word.includes('\0'))
    ? 'The command or its environment contains a NUL character, which no program can be given.'
    : undefined;
}
