import { join } from 'node:path';
import type { TaskSettings } from '#core/contract/task.ts';
import type { Failure, FailureClass } from '#core/task/failure.ts';
import { get } from '#transfer/get.ts';
import { put } from '#transfer/put.ts';
import type { Workspace } from './workspace.ts';

/**
 * Fetches inputs and resources into their folders. Returns why that is not possible, for the person who wrote the
 * task; rejects only when `signal` aborts.
 */
export async function stageInputs(
  workspace: Workspace,
  settings: TaskSettings,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const wanted = [
    ...(settings.input ?? []).map((uri) => ({ uri, folder: workspace.input })),
    ...(settings.resource ?? []).map((uri) => ({ uri, folder: workspace.resource })),
  ];
  const limited = withTimeout(signal, settings.downloadTimeout);
  for (const { uri, folder } of wanted) {
    const failure = await attempt(
      'download',
      `The input ${uri} could not be fetched`,
      settings.downloadTimeout,
      signal,
      () => get(uri, folder, { signal: limited }),
    );
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Copies the output folder to the task's output URI, whether the command succeeded or not. */
export async function storeOutput(
  workspace: Workspace,
  settings: TaskSettings,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { output, uploadTimeout } = settings;
  if (output === undefined) return undefined;
  const limited = withTimeout(signal, uploadTimeout);
  const what = `The output could not be stored in ${output} (it is kept on the worker in ${join(workspace.output)})`;
  return attempt('upload', what, uploadTimeout, signal, () => put(workspace.output, output, { signal: limited }));
}

async function attempt(
  failureClass: FailureClass,
  what: string,
  timeout: number | undefined,
  signal: AbortSignal,
  step: () => Promise<unknown>,
): Promise<Failure | undefined> {
  try {
    await step();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === 'TimeoutError') {
      return { class: 'timeout', message: `${what}: it took longer than its limit of ${timeout} s.` };
    }
    return { class: failureClass, message: `${what}: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function withTimeout(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  return seconds ? AbortSignal.any([signal, AbortSignal.timeout(seconds * 1_000)]) : signal;
}
