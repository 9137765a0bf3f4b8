import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A process beyond doubt: a pid comes back, but not with the same start in the same run of the machine. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: ticks since boot on Linux, the date that `ps` prints elsewhere. */
  startTime: string;
  bootId: string;
}

const run = promisify(execFile);

/** Undefined when there is no such process, or only its unburied remains. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [startTime, bootId] = await Promise.all([startTimeOf(pid), currentBootId()]);
  return startTime === undefined ? undefined : { pid, startTime, bootId };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

let bootId: Promise<string> | undefined;

/** Changes when the machine restarts. */
export function currentBootId(): Promise<string> {
  bootId ??= readBootId();
  return bootId;
}

async function readBootId(): Promise<string> {
  if (process.platform === 'linux') return (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();
  const { stdout } = await run('sysctl', ['-n', 'kern.boottime']);
  return stdout.trim();
}

/** Fields of /proc/PID/stat counted after the name, which stands in parentheses and may hold anything. */
const STATE = 0;
const START_TIME = 19;

async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return isDead(fields[STATE]) ? undefined : fields[START_TIME];
    }
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    const [, state, startTime] = /^\s*(\S)\S*\s+(.*\S)\s*$/s.exec(stdout) ?? [];
    return isDead(state) ? undefined : startTime;
  } catch {
    return undefined;
  }
}

/** A zombie has ended; in a container whose first process buries nobody it stays for ever. */
function isDead(state: string | undefined): boolean {
  return state === 'Z' || state === 'X';
}
