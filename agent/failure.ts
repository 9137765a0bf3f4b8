import type { Failure } from '#core/task/failure.ts';
import type { Exit } from './executor/executor.ts';

const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

/** Why the agent itself stopped a command. */
export type Stopped = 'asked' | 'run-timeout';

/**
 * How a command ended, in words for the person who wrote it; undefined when it succeeded. `program` is the first word
 * of the command.
 */
export function failureOf(
  exit: Exit,
  program: string,
  stopped: Stopped | undefined,
  runTimeout: number | undefined,
): Failure | undefined {
  if (stopped === 'run-timeout' && exit.kind !== 'not-started') {
    return {
      class: 'timeout',
      message: `It ran longer than its limit of ${runTimeout} s and was stopped. Raise the limit with --run-timeout, or give it less to do.`,
    };
  }
  switch (exit.kind) {
    case 'exited':
      return exit.code === 0 ? undefined : exitFailure(exit.code, program, stopped);
    case 'signaled':
      return { class: 'signal', message: `It was stopped on request (${exit.signal}).` };
    case 'oom':
      return {
        class: 'oom',
        exitCode: 137,
        message:
          'It used more memory than it may, and the system killed it. Give it more (--memory of its container, or a bigger worker), or make it use less.',
      };
    case 'not-started':
      return { class: exit.class, message: exit.message };
    case 'unknown':
      return { class: 'agent', message: exit.message };
  }
}

function exitFailure(exitCode: number, program: string, stopped: Stopped | undefined): Failure {
  const name = SIGNAL_NAMES[exitCode - 128];
  if (stopped === 'asked' && name !== undefined)
    return { class: 'signal', exitCode, message: `It was stopped on request (${name}).` };
  if (exitCode === 127) {
    return {
      class: 'command',
      exitCode,
      message: `The command "${program}" was not found (exit 127). Check its spelling, or name the container that holds it with --container.`,
    };
  }
  if (exitCode === 126) {
    return {
      class: 'command',
      exitCode,
      message: `"${program}" is there but cannot be run (exit 126). Is it a program, and executable?`,
    };
  }
  if (name !== undefined) {
    return {
      class: 'command',
      exitCode,
      message: `The command was killed by ${name} (exit ${exitCode}), by itself or by its system${exitCode === 137 ? '; often for want of memory' : ''}.`,
    };
  }
  return { class: 'command', exitCode, message: `The command ended with exit code ${exitCode}; its log says why.` };
}
