import { z } from 'zod';
import type { ExecutionId } from '#core/task/ids.ts';

/** What runs, and where. `process` ignores `container`, `docker` requires it. */
export interface RunRequest {
  executionId: ExecutionId;
  /**
   * The execution's own folder, absolute. It exists, is empty at the first start, and belongs to `uid` where one is
   * given. The command must not work in it: it holds the files of execution-files.ts.
   */
  folder: string;
  /** The argument vector. Not empty for a process; for a container it may be, and the image's own command runs. */
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Absolute; in the container where there is one. Default: `/` for a process, the image's own for a container. */
  cwd?: string;
  container?: ContainerRequest;
  uid?: number;
  gid?: number;
}

export interface ContainerRequest {
  image: string;
  /** As after `docker run`: `--memory`, `64m`. */
  options: readonly string[];
  binds: readonly { host: string; container: string; readonly: boolean }[];
}

/** The command did not start. `message` is for the person who wrote the task. */
export interface NotStarted {
  kind: 'not-started';
  /** Whose fault: the image's, the worker's, or the command's. */
  class: 'image' | 'agent' | 'command';
  message: string;
}

/** How a command ended. */
export type Exit =
  | { kind: 'exited'; code: number }
  /** Ended by a signal that was ordered through {@link Running.signal}. */
  | { kind: 'signaled'; signal: string }
  /** Killed by the kernel for want of memory. */
  | { kind: 'oom' }
  /** Nothing of it ran. */
  | NotStarted
  /** It began, it is gone, and it left no exit code. */
  | { kind: 'unknown'; message: string };

export type SignalName = 'TERM' | 'KILL' | 'TSTP' | 'CONT';

export interface Running {
  kind: 'running';
  /** Never rejects. Stays unsettled when the executor is closed first. */
  readonly ended: Promise<Exit>;
  /**
   * Reaches all processes of the command. TSTP suspends it (it cannot refuse), CONT resumes it; TERM and KILL also
   * work on a suspended one. A signal to a command that has ended does nothing.
   */
  signal(name: SignalName): Promise<void>;
}

/** What must be in the journal for a later agent to find the command. */
export const handleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('process'), pid: z.int().positive(), startTime: z.string(), bootId: z.string() }),
  z.object({ kind: z.literal('docker'), name: z.string() }),
  z.object({ kind: z.literal('noop') }),
]);
export type Handle = z.infer<typeof handleSchema>;

export interface Executor {
  /**
   * Fetches what the command needs before it can start (the container image) and refuses what can never start.
   * Rejects with `abort.reason` when aborted.
   */
  prepare(request: RunRequest, abort: AbortSignal): Promise<{ kind: 'ready' } | NotStarted>;
  /**
   * Starts the command. `onHandle` is called before anything of it runs and must resolve once the handle is in the
   * journal; if it rejects, nothing runs and so does `start`.
   */
  start(request: RunRequest, onHandle: (handle: Handle) => Promise<void>): Promise<Running | NotStarted>;
  /**
   * Finds a command that an earlier agent started. `never-started` is certain: nothing of it ran or ever will, and it
   * is safe to start it anew in the same folder.
   */
  recover(request: RunRequest, handle: Handle): Promise<Running | { kind: 'never-started' }>;
  /** Lets go of running commands without stopping them. */
  close(): Promise<void>;
}

export function notStarted(fault: NotStarted['class'], message: string): NotStarted {
  return { kind: 'not-started', class: fault, message };
}
