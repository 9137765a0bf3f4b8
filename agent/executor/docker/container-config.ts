import type { ContainerCreateOptions } from 'dockerode';
import type { ExecutionId } from '#core/task/ids.ts';
import type { ContainerRequest, RunRequest } from '../executor.ts';
import type { ContainerOptions } from './docker-options.ts';

export const EXECUTION_LABEL = 'scitq.execution';
export const AGENT_LABEL = 'scitq.agent';

/** Names are unique in an engine, so that an execution cannot have two containers. */
export function containerName(agentId: string, executionId: ExecutionId): string {
  return `scitq-${agentId}-${executionId}`;
}

/**
 * The container of an execution.
 *
 * It is not removed by the engine when it ends, but by the agent when its output and exit code are in files: that is
 * what `--rm` promises, and still true when the agent was away. The driver `local` keeps every byte of the output
 * (`json-file` replaces what is not UTF-8); its size limit is lifted, since it would throw away what was not read yet.
 */
export function containerConfig(
  request: RunRequest,
  container: ContainerRequest,
  options: ContainerOptions,
  agentId: string,
): ContainerCreateOptions {
  const { uid, gid, cwd } = request;
  const user = uid === undefined && gid === undefined ? undefined : `${uid ?? ''}${gid === undefined ? '' : `:${gid}`}`;
  return {
    name: containerName(agentId, request.executionId),
    Image: container.image,
    Labels: { [EXECUTION_LABEL]: String(request.executionId), [AGENT_LABEL]: agentId },
    Env: [...Object.entries(request.env).map(([name, value]) => `${name}=${value}`), ...options.env],
    ...(request.command.length === 0 ? {} : { Cmd: [...request.command] }),
    ...(options.entrypoint === undefined ? {} : { Entrypoint: [options.entrypoint] }),
    ...(user === undefined ? {} : { User: user }),
    ...(cwd === undefined ? {} : { WorkingDir: cwd }),
    HostConfig: {
      AutoRemove: false,
      LogConfig: { Type: 'local', Config: { 'max-size': '1000000g', 'max-file': '1', compress: 'false' } },
      Mounts: container.binds.map((bind) => ({
        Type: 'bind',
        Source: bind.host,
        Target: bind.container,
        ReadOnly: bind.readonly,
      })),
      Binds: options.volumes,
      ...(options.memory === undefined ? {} : { Memory: options.memory }),
      ...(options.nanoCpus === undefined ? {} : { NanoCpus: options.nanoCpus }),
      ...(options.network === undefined ? {} : { NetworkMode: options.network }),
      ...(options.shmSize === undefined ? {} : { ShmSize: options.shmSize }),
      ...(options.allGpus ? { DeviceRequests: [{ Count: -1, Capabilities: [['gpu']] }] } : {}),
    },
  };
}
