import { hasBegun, readStoredExit } from '../execution-files.ts';
import { type Executor, type Exit, notStarted, type Running, type RunRequest } from '../executor.ts';
import { exitOf } from '../exit.ts';
import { ExitWatch } from './exit-watch.ts';
import type { Credentials, Launcher } from './launcher.ts';
import { LauncherPool } from './launcher-pool.ts';
import { commandProblem, launcherScript } from './launcher-script.ts';
import { killOrphanedGroup } from './process-group.ts';

/**
 * Runs commands as processes of this machine, each in a process group of its own.
 *
 * Children that a command leaves behind when it ends by itself go on, as they would after a shell's; they may be
 * killed with a later command. What is left of a command that was signalled is killed.
 *
 * `env` is the agent's environment: commands get it without the variables named SCITQ_…. `shell` is any POSIX shell.
 */
export function makeProcessExecutor(env: NodeJS.ProcessEnv, shell = '/bin/sh'): Executor {
  const pool = new LauncherPool(env, shell);
  const watches = new Set<ExitWatch>();
  return {
    prepare: async (request) => commandProblem(request) ?? { kind: 'ready' },

    start: async (request, onHandle) => {
      const problem = commandProblem(request);
      if (problem !== undefined) return problem;
      let launcher: Launcher;
      try {
        launcher = await pool.acquire(credentialsOf(request));
      } catch (error) {
        return notStarted('agent', cannotLaunch(request, error));
      }
      try {
        await onHandle({ kind: 'process', ...launcher.identity });
      } catch (error) {
        pool.release(launcher);
        throw error;
      }
      return runOn(launcher, request, pool);
    },

    recover: async (request, handle) => {
      if (handle.kind !== 'process') throw new TypeError(`A ${handle.kind} handle is none of a process.`);
      const watch = new ExitWatch(request.folder, handle);
      watches.add(watch);
      void watch.over.then(() => watches.delete(watch));
      return (await watch.begun) ? watch : { kind: 'never-started' };
    },

    close: async () => {
      pool.close();
      for (const watch of watches) watch.stop();
    },
  };
}

/**
 * How old a command is, in ms after its start, when a TERM is sent again that it had got before. In its first moment
 * a command is a shell between fork and exec, where a signal can be lost.
 */
const TERM_AGAIN_MS = [20, 100, 500];

function runOn(launcher: Launcher, request: RunRequest, pool: LauncherPool): Running {
  const ordered = { any: false, kill: false };
  let over = false;
  const timers = new Set<NodeJS.Timeout>();
  const startedAt = performance.now();

  const finish = async (): Promise<Exit> => {
    const notice = await launcher.run(launcherScript(request));
    over = true;
    for (const timer of timers) clearTimeout(timer);
    if (ordered.any || notice.kind === 'gone') pool.retire(launcher);
    else pool.release(launcher);
    if (notice.kind === 'code') return exitOf(notice.code, ordered.any);
    return exitWithoutNotice(notice.signal);
  };

  const exitWithoutNotice = async (signal: NodeJS.Signals | null): Promise<Exit> => {
    killOrphanedGroup(launcher.identity.pid);
    const stored = await readStoredExit(request.folder);
    if (stored !== undefined) return exitOf(stored.code, ordered.any);
    if (ordered.kill) return { kind: 'signaled', signal: 'SIGKILL' };
    if (await hasBegun(request.folder)) return { kind: 'unknown', message: launcherDied(signal) };
    return notStarted('agent', cannotWriteIn(request.folder));
  };

  return {
    kind: 'running',
    ended: finish(),
    signal: async (name) => {
      if (over) return;
      if (name === 'TERM' || name === 'KILL') ordered.any = true;
      if (name === 'KILL') ordered.kill = true;
      launcher.signal(name);
      if (name !== 'TERM') return;
      const age = performance.now() - startedAt;
      for (const again of TERM_AGAIN_MS) {
        if (again > age) timers.add(setTimeout(() => launcher.signal('TERM'), again - age));
      }
    },
  };
}

function cannotWriteIn(folder: string): string {
  return `The worker could not write in ${folder}, so the command was not started. Check that its disk is not full and that the task's user may write there.`;
}

function launcherDied(signal: NodeJS.Signals | null): string {
  const how = signal === null ? 'ended' : `was killed (${signal})`;
  return `The shell that ran the command ${how} from outside scitq, and the command's exit code is not known. The machine may have run out of memory.`;
}

function credentialsOf({ uid, gid }: RunRequest): Credentials {
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

function cannotLaunch({ uid, gid }: RunRequest, error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  if (uid === undefined && gid === undefined) return `The worker could not start a process (${why}).`;
  const who = [uid === undefined ? '' : `user ${uid}`, gid === undefined ? '' : `group ${gid}`]
    .filter(Boolean)
    .join(' and ');
  return `The worker could not start a process as ${who} (${why}). Only an agent that runs as root can do that.`;
}
