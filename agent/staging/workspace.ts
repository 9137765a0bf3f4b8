import { chownSync, mkdirSync } from 'node:fs';
import { rm, rmdir, unlink } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join, sep } from 'node:path';
import type { Order } from '#core/contract/agent.ts';
import { splitWords } from '#core/task/command.ts';
import type { ExecutionId } from '#core/task/ids.ts';
import { executionFiles } from '../executor/execution-files.ts';
import type { RunRequest } from '../executor/executor.ts';

/** Asked once: it takes a tenth of a millisecond, and a machine keeps what it has. */
const CPUS = availableParallelism();
const MEMORY_GB = totalmem() / 2 ** 30;

/** The folders of one execution, all below `root`; see data.md "Staging a task". */
export interface Workspace {
  root: string;
  /** The executor's own: logs, exit code. */
  run: string;
  input: string;
  resource: string;
  output: string;
  temp: string;
}

export function workspaceOf(executions: string, id: ExecutionId): Workspace {
  const root = join(executions, String(id));
  return {
    root,
    run: `${root}${sep}run`,
    input: `${root}${sep}input`,
    resource: `${root}${sep}resource`,
    output: `${root}${sep}output`,
    temp: `${root}${sep}tmp`,
  };
}

/** Makes the folders. What an earlier, unfinished staging left in them goes. */
export async function makeWorkspace(workspace: Workspace, order: Order): Promise<void> {
  const { root, run, input, resource, output, temp } = workspace;
  await makeEmpty(root);
  for (const folder of [run, input, output, temp]) mkdirSync(folder);
  if (!fetchesNothing(order)) mkdirSync(resource);
  const { uid, gid } = order.settings;
  if (uid === undefined && gid === undefined) return;
  for (const folder of [run, input, output, temp]) chownSync(folder, uid ?? 0, gid ?? 0);
}

function fetchesNothing({ settings }: Order): boolean {
  return !settings.input?.length && !settings.resource?.length;
}

async function makeEmpty(folder: string): Promise<void> {
  try {
    mkdirSync(folder);
  } catch {
    await rm(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
}

/**
 * Removes what is of no more use once the server has the end of an execution. After a failure `output` and `tmp` stay
 * for whoever looks into it, where there is anything in them.
 */
export async function clearWorkspace(
  { root, run, input, resource, output, temp }: Workspace,
  failed: boolean,
): Promise<void> {
  if (failed) {
    for (const folder of [run, input, resource]) await removeFolder(folder);
    for (const folder of [output, temp, root]) await rmdir(folder).catch(() => undefined);
    return;
  }
  // Piece by piece, what a short command leaves is removed in half the time that `rm` takes to find out what is there.
  const files = [executionFiles.exit(run), executionFiles.stdout(run), executionFiles.stderr(run)];
  const emptied = Promise.allSettled(files.map((file) => unlink(file)));
  await Promise.allSettled([emptied.then(() => rmdir(run)), rmdir(input), rmdir(output)]);
  await removeFolder(root);
}

/** With all that is in it, but quickest when there is nothing. */
export async function removeFolder(folder: string): Promise<void> {
  await rmdir(folder).catch(() => rm(folder, { recursive: true, force: true }));
}

/** The order as its executor needs it. `slots` is how many tasks share this machine. */
export function runRequest(workspace: Workspace, order: Order, slots: number): RunRequest {
  const { settings, executionId } = order;
  const { uid, gid } = settings;
  const inContainer = settings.container !== undefined;
  // Making and removing folders is most of what a short task costs: two that stay empty may be one.
  const resource = fetchesNothing(order) ? workspace.input : workspace.resource;
  const places = inContainer
    ? { INPUT: '/input', RESOURCE: '/resource', OUTPUT: '/output', TEMP: '/tmp' }
    : { INPUT: workspace.input, RESOURCE: resource, OUTPUT: workspace.output, TEMP: workspace.temp };
  const threads = String(Math.max(1, Math.floor(CPUS / Math.max(1, slots))));
  return {
    executionId,
    folder: workspace.run,
    command: wordsOf(order.command),
    env: {
      ...places,
      CPU: threads,
      THREADS: threads,
      MEM: String(Math.max(1, Math.floor(MEMORY_GB / Math.max(1, slots)))),
      SCITQ_TASK_ID: String(order.taskId),
      SCITQ_ATTEMPT: String(order.attempt),
      ...settings.env,
    },
    ...(!inContainer && { cwd: workspace.temp }),
    ...(settings.container !== undefined && {
      container: {
        image: settings.container,
        options: wordsOf(settings.containerOptions ?? ''),
        binds: [
          { host: workspace.input, container: '/input', readonly: false },
          { host: resource, container: '/resource', readonly: true },
          { host: workspace.output, container: '/output', readonly: false },
          { host: workspace.temp, container: '/tmp', readonly: false },
        ],
      },
    }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
  };
}

/** The server checked both lines when the task was submitted. */
function wordsOf(line: string): string[] {
  const split = splitWords(line);
  if (!split.ok) throw new Error(`column ${split.column}: ${split.message}`);
  return split.words;
}
