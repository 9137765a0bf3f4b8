import type Docker from 'dockerode';
import type { Container } from 'dockerode';
import type { ExecutionId } from '#core/task/ids.ts';
import { markBegun, readStoredExit, unmarkBegun } from '../execution-files.ts';
import { type Executor, type NotStarted, notStarted, type Running, type RunRequest } from '../executor.ts';
import { alreadyEnded, exitOf } from '../exit.ts';
import { AGENT_LABEL, containerConfig, containerName, EXECUTION_LABEL } from './container-config.ts';
import { ContainerRun, removeContainer } from './container-run.ts';
import { parseContainerOptions } from './docker-options.ts';
import { engineTrouble, startTrouble, statusOf } from './engine-error.ts';
import { Images } from './images.ts';

export interface DockerExecutor extends Executor {
  /** The executions whose containers this agent has left in the engine, and which are not in `keep`. Rejects as the engine does. */
  listOrphans(keep: ReadonlySet<ExecutionId>): Promise<ExecutionId[]>;
  /** Kills and removes the containers of {@link listOrphans}, and tells which. */
  removeOrphans(keep: ReadonlySet<ExecutionId>): Promise<ExecutionId[]>;
}

/**
 * Runs commands in containers of the engine at DOCKER_HOST, or of the machine's own. `agentId` tells this agent's
 * containers from those of others; it must be the same after a restart. Throws RangeError for an id that cannot be
 * part of a container's name.
 */
export async function makeDockerExecutor(agentId: string): Promise<DockerExecutor> {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(agentId)) throw new RangeError(`"${agentId}" can't be part of a container's name.`);
  // Loaded only here: a worker without containers need not wait for it.
  const { default: Engine } = await import('dockerode');
  return new EngineExecutor(new Engine(), agentId);
}

class EngineExecutor implements DockerExecutor {
  readonly #docker: Docker;
  readonly #agentId: string;
  readonly #images: Images;
  readonly #runs = new Set<ContainerRun>();

  constructor(docker: Docker, agentId: string) {
    this.#docker = docker;
    this.#agentId = agentId;
    this.#images = new Images(docker);
  }

  async prepare(request: RunRequest, abort: AbortSignal): Promise<{ kind: 'ready' } | NotStarted> {
    const config = this.#configOf(request);
    if (config.kind === 'not-started') return config;
    return this.#images.ensure(config.image, abort);
  }

  async start(request: RunRequest, onHandle: Parameters<Executor['start']>[1]): Promise<Running | NotStarted> {
    const config = this.#configOf(request);
    if (config.kind === 'not-started') return config;
    const image = await this.#images.ensure(config.image);
    if (image.kind === 'not-started') return image;
    const name = containerName(this.#agentId, request.executionId);
    await onHandle({ kind: 'docker', name });
    let container: Container;
    try {
      container = await this.#docker.createContainer(config.create);
    } catch (error) {
      return startTrouble(error, config.image);
    }
    return this.#startCreated(container, request, config.image);
  }

  async recover(request: RunRequest): Promise<Running | { kind: 'never-started' }> {
    const container = this.#docker.getContainer(containerName(this.#agentId, request.executionId));
    const stored = await readStoredExit(request.folder);
    if (stored !== undefined) {
      await removeContainer(container);
      return alreadyEnded(stored.oom ? { kind: 'oom' } : exitOf(stored.code, false));
    }
    return (await this.#neverStarted(container, request)) ? { kind: 'never-started' } : this.#follow(container, request);
  }

  async listOrphans(keep: ReadonlySet<ExecutionId>): Promise<ExecutionId[]> {
  }

  async close(): Promise<void> {
    for (const run of this.#runs) run.letGo();
    this.#runs.clear();
  }
}
