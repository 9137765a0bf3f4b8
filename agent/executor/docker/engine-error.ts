import { type NotStarted, notStarted } from '../executor.ts';

/** The HTTP status with which the engine refused; undefined when it could not be reached or broke off. */
export function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** What the engine said, in one line. */
export function wordOf(error: unknown): string {
  const text = error instanceof Error ? (engineMessage(error) ?? error.message) : String(error);
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function engineMessage(error: Error): string | undefined {
  const json = 'json' in error ? error.json : undefined;
  if (typeof json !== 'object' || json === null || !('message' in json)) return undefined;
  return typeof json.message === 'string' ? json.message : undefined;
}

/** For an error with which nothing can be done but tell the operator of the worker. */
export function engineTrouble(error: unknown): NotStarted {
  if (statusOf(error) !== undefined) {
    return notStarted('agent', `Docker on this worker refused to run the container: ${wordOf(error)}`);
  }
  const denied = error instanceof Error && 'code' in error && error.code === 'EACCES';
  const cure = denied
    ? 'Add the user of the agent to the group "docker", and restart the agent.'
    : 'Check that it is installed and running ("systemctl status docker"), or set DOCKER_HOST.';
  return notStarted('agent', `Docker does not answer on this worker (${wordOf(error)}). ${cure}`);
}

/** Why the engine did not start a container that it had made, in words for the person who wrote the command. */
export function startTrouble(error: unknown, image: string): NotStarted {
  const word = wordOf(error);
  const program = /exec: "((?:[^"\\]|\\.)*)"/.exec(word)?.[1];
  if (program !== undefined && /permission denied|is a directory|exec format error/.test(word)) {
    return notStarted('command', `"${program}" in the container image ${image} is not a program that can be run.`);
  }
  if (program !== undefined && /not found|no such file/.test(word)) {
    const advice = 'Check the spelling, and that the image holds it; its first word is run as it is, without a shell.';
    return notStarted('command', `There is no program "${program}" in the container image ${image}. ${advice}`);
  }
  if (word.includes('could not select device driver')) {
    return notStarted(
      'agent',
      'Docker on this worker has no GPU to give: "--gpus all" needs nvidia-container-toolkit.',
    );
  }
  return engineTrouble(error);
}
