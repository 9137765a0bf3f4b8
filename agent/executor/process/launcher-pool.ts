import { type Credentials, Launcher } from './launcher.ts';

const IDLE_MS = 10_000;

interface Idle {
  launcher: Launcher;
  expiry: NodeJS.Timeout;
}

/**
 * As many launchers as commands run at once; one that has had nothing to do for ten seconds ends. They are kept apart
 * by user and group.
 */
export class LauncherPool {
  readonly #env: NodeJS.ProcessEnv;
  readonly #idle = new Map<string, Idle[]>();
  readonly #busy = new Set<Launcher>();

  readonly #shell: string;

  constructor(agentEnvironment: NodeJS.ProcessEnv, shell: string) {
    this.#shell = shell;
    this.#env = withoutOurs(agentEnvironment);
  }

  /** Rejects when the system starts no process with these credentials. */
  async acquire(credentials: Credentials): Promise<Launcher> {
    const idle = this.#idle.get(keyOf(credentials))?.pop();
    if (idle !== undefined) clearTimeout(idle.expiry);
    const launcher = idle?.launcher ?? (await Launcher.start(this.#shell, credentials, this.#env));
    this.#busy.add(launcher);
    return launcher;
  }

  release(launcher: Launcher): void {
    if (!this.#busy.delete(launcher) || launcher.isGone) return;
    const key = keyOf(launcher.credentials);
    const idle = this.#idle.get(key) ?? [];
    this.#idle.set(key, idle);
    const forget = () => {
      const at = idle.findIndex((one) => one.launcher === launcher);
      if (at !== -1) clearTimeout(idle.splice(at, 1)[0]?.expiry);
    };
    const expiry = setTimeout(() => {
      forget();
      launcher.letGo();
    }, IDLE_MS);
    expiry.unref();
    launcher.onGone(forget);
    idle.push({ launcher, expiry });
  }

  /** Kills the launcher and all that is left of what it started. */
  retire(launcher: Launcher): void {
    this.#busy.delete(launcher);
    launcher.signal('KILL');
  }

  /** Launchers end when their commands have ended. */
  close(): void {
    for (const launcher of this.#busy) launcher.letGo();
    this.#busy.clear();
    for (const { launcher, expiry } of [...this.#idle.values()].flat()) {
      clearTimeout(expiry);
      launcher.letGo();
    }
    this.#idle.clear();
  }
}

function keyOf({ uid, gid }: Credentials): string {
  return `${uid ?? ''}:${gid ?? ''}`;
}

/** Commands are other people's: they must not see the agent's token and settings. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SCITQ_')));
}
