/** Options of a container, as a user writes them for `docker run`, in the engine's units. */
export interface ContainerOptions {
  /** Bytes. */
  memory?: number;
  /** Billionths of a CPU. */
  nanoCpus?: number;
  network?: string;
  entrypoint?: string;
  env: string[];
  /** `host:container[:ro]` or `volume:container`. */
  volumes: string[];
  /** Bytes. */
  shmSize?: number;
  allGpus: boolean;
}

export type ParsedOptions = { ok: true; options: ContainerOptions } | { ok: false; message: string };

/** Puts a value into `options`, or says what is wrong with it. */
type Setter = (options: ContainerOptions, value: string) => string | undefined;

const KNOWN: Record<string, Setter> = {
  '--memory': (options, value) => {
    const bytes = bytesOf(value);
    if (bytes === undefined) return 'is not a size such as 512m or 4g';
    options.memory = bytes;
    return undefined;
  },
  '--cpus': (options, value) => {
    const cpus = /^(\d+\.?\d*|\.\d+)$/.test(value) ? Number(value) : 0;
    if (cpus <= 0) return 'is not a number of CPUs such as 2 or 0.5';
    options.nanoCpus = Math.round(cpus * 1e9);
    return undefined;
  },
  '--network': (options, value) => {
    options.network = value;
    return undefined;
  },
  '--entrypoint': (options, value) => {
    options.entrypoint = value;
    return undefined;
  },
  '--env': (options, value) => {
    if (!/^[^=\0]+=[^\0]*$/.test(value)) return 'is not NAME=VALUE';
    options.env.push(value);
    return undefined;
  },
  '--volume': (options, value) => {
    if (!/^[^:\0]+:\/[^:\0]*(:[^:\0]+)?$/.test(value)) return 'is not HOST:CONTAINER or HOST:CONTAINER:ro';
    options.volumes.push(value);
    return undefined;
  },
  '--shm-size': (options, value) => {
    const bytes = bytesOf(value);
    if (bytes === undefined) return 'is not a size such as 512m or 4g';
    options.shmSize = bytes;
    return undefined;
  },
  '--gpus': (options, value) => {
    if (value !== 'all') return 'is not "all"';
    options.allGpus = true;
    return undefined;
  },
};

const SHORT: Record<string, string> = { m: '--memory', e: '--env', v: '--volume' };

/** Reads `--name value`, `--name=value`, `-e value` and `-eVALUE`. The message names the option that is wrong. */
export function parseContainerOptions(words: readonly string[]): ParsedOptions {
  const options: ContainerOptions = { env: [], volumes: [], allGpus: false };
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const { name, attached } = splitOption(word);
    const set = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
    if (set === undefined) return { ok: false, message: `Container option "${word}" is not known. ${knownOptions()}` };
    const value = attached ?? words[++at];
    if (value === undefined || value === '') {
      return { ok: false, message: `Container option "${name}" needs a value after it.` };
    }
    const wrong = set(options, value);
    if (wrong !== undefined) return { ok: false, message: `Container option "${name}": "${value}" ${wrong}.` };
  }
  return { ok: true, options };
}

function splitOption(word: string): { name: string; attached?: string } {
  const [, short, rest] = /^-([a-z])=?(.*)$/s.exec(word) ?? [];
  if (short !== undefined) {
    const name = SHORT[short] ?? `-${short}`;
    return rest === undefined || rest === '' ? { name } : { name, attached: rest };
  }
  const equals = word.indexOf('=');
  return equals === -1 ? { name: word } : { name: word.slice(0, equals), attached: word.slice(equals + 1) };
}

function knownOptions(): string {
  return `Known: ${Object.keys(KNOWN).join(', ')}.`;
}

const UNITS: Record<string, number> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function bytesOf(size: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)i?b?$/i.exec(size) ?? [];
  const factor = UNITS[(unit ?? '').toLowerCase()];
  const bytes = factor === undefined ? Number.NaN : Math.floor(Number(number) * factor);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
