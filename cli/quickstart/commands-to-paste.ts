import { isAbsolute, relative, resolve, sep } from 'node:path';
import { quoteWords } from '#core/task/command.ts';

/** Where and how this program was started, as far as it matters for commands that a reader pastes. */
export interface Surroundings {
  cwd: string;
  env: Record<string, string | undefined>;
  /** The script that Node runs: argv[1]. */
  script: string;
}

/** Prints commands that work when they are pasted into the shell from which this program was started. */
export class CommandsToPaste {
  readonly #around: Surroundings;
  readonly #data: string;

  constructor(around: Surroundings, data: string) {
    this.#around = around;
    this.#data = data;
  }

  /** `scitq task list`, talking to the server over the data folder whatever the environment says. */
  scitq(...words: string[]): string {
    const { env } = this.#around;
    const unset = ['SCITQ_SERVER', 'SCITQ_TOKEN'].filter((name) => env[name] !== undefined && env[name] !== '');
    const data = `SCITQ_DATA=${quoteWords([this.path(this.#data)])}`;
    const prefix = unset.length === 0 ? data : `env ${unset.map((name) => `-u ${name}`).join(' ')} ${data}`;
    return `${prefix} ${this.#program()} ${quoteWords(words)}`;
  }

  /** The server over the data folder, started again. */
  server(concurrency: number): string {
    return `${this.#program()} server --data ${quoteWords([this.path(this.#data)])} --workers ${concurrency}`;
  }

  /** A path as short as it can be from here. */
  path(path: string): string {
    const short = relative(this.#around.cwd, path);
    return short === '' || isOutside(short) ? path : short;
  }

  /** As it was started itself: by npm, by its name, or by Node from a path. */
  #program(): string {
    const { env, script, cwd } = this.#around;
    // npx finds the program in the package that npm was started in, and nowhere else.
    if (env.npm_execpath !== undefined && !isOutside(relative(cwd, resolve(cwd, script)))) return 'npx scitq';
    if (!script.endsWith('.js') && !script.endsWith('.ts')) return 'scitq';
    return `node ${quoteWords([this.path(resolve(cwd, script))])}`;
  }
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}
