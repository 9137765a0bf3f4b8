import { isUtf8 } from 'node:buffer';
import { CliError } from '../../errors.ts';
import type { TaskInput } from './task-input.ts';

/** Some tasks of a file, to be sent together. */
export interface TaskPart {
  tasks: TaskInput[];
  /** Position in the file of the first, counting tasks from 0. */
  firstIndex: number;
}

export interface JsonLinesSettings {
  /** What messages call the file. */
  name: string;
  tasksPerPart: number;
  /** A part is also full when its lines have this many bytes. */
  bytesPerPart: number;
  /** What a line does not say. */
  defaults?: Partial<TaskInput>;
}

/** A task that waits for 1,000,000 others has a long line; beyond this it is no line at all. */
const MAX_LINE_BYTES = 16_777_216;

const NEWLINE = 0x0a;

/**
 * Reads tasks as JSON lines, one object a line, blank lines skipped, in parts of bounded size. One part at a time is
 * held in memory, however long the file is.
 */
export class JsonLines {
  readonly #settings: JsonLinesSettings;
  /** Where blank lines shifted the count: from this task on, a task's line is its index plus `shift`. */
  readonly #shifts: { fromTask: number; shift: number }[] = [{ fromTask: 0, shift: 1 }];
  #lines = 0;
  #tasks = 0;

  constructor(settings: JsonLinesSettings) {
    this.#settings = settings;
  }

  /** Tasks read so far. */
  get count(): number {
    return this.#tasks;
  }

  /** The line, from 1, of the task at `index`, from 0. */
  lineOf(index: number): number {
    const shift = this.#shifts.findLast(({ fromTask }) => fromTask <= index)?.shift ?? 1;
    return index + shift;
  }

  /** @throws CliError (INVALID) that names the line which is not a task. */
  async *parts(source: AsyncIterable<Uint8Array>): AsyncGenerator<TaskPart, void> {
    const { tasksPerPart, bytesPerPart } = this.#settings;
    let part: TaskPart = { tasks: [], firstIndex: 0 };
    let bytes = 0;
    for await (const line of linesOf(source, (size) => this.#checkSize(size))) {
      const task = this.#read(line);
      if (task === undefined) continue;
      part.tasks.push(task);
      bytes += line.length;
      if (part.tasks.length >= tasksPerPart || bytes >= bytesPerPart) {
        yield part;
        part = { tasks: [], firstIndex: this.#tasks };
        bytes = 0;
      }
    }
    if (part.tasks.length > 0) yield part;
  }

  #read(line: Buffer): TaskInput | undefined {
    this.#lines += 1;
    if (!isUtf8(line)) throw this.#refuse('is not text in UTF-8');
    const text = this.#lines === 1 ? withoutByteOrderMark(line.toString()) : line.toString();
    if (text.trim() === '') {
      this.#skipLine();
      return undefined;
    }
    const value = this.#parse(text);
    if (!isTask(value)) throw this.#refuse(`is ${describe(value)}, not a task`);
    this.#tasks += 1;
    const { defaults } = this.#settings;
    return defaults === undefined ? value : { ...defaults, ...value };
  }

  #parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw this.#refuse(`is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #skipLine(): void {
    const last = this.#shifts.at(-1);
    if (last?.fromTask === this.#tasks) last.shift += 1;
    else this.#shifts.push({ fromTask: this.#tasks, shift: (last?.shift ?? 1) + 1 });
  }

  #checkSize(bytes: number): void {
    if (bytes <= MAX_LINE_BYTES) return;
    this.#lines += 1;
    throw this.#refuse(`has more than ${MAX_LINE_BYTES} bytes`);
  }

  #refuse(why: string): CliError {
    return new CliError(
      'INVALID',
      `line ${this.#lines} of ${this.#settings.name} ${why}; nothing was queued`,
      'Each line is one task as a JSON object, for instance {"command":"echo hello"}',
    );
  }
}

/** The lines of a stream of bytes, without their ends; `checkSize` is told how long the present one is. */
async function* linesOf(
  source: AsyncIterable<Uint8Array>,
  checkSize: (bytes: number) => void,
): AsyncGenerator<Buffer, void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const bytes of source) {
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const line = chunk.subarray(from, end);
      checkSize(restBytes + line.length);
      yield restBytes === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      rest.push(chunk.subarray(from));
      restBytes += chunk.length - from;
      checkSize(restBytes);
    }
  }
  if (restBytes > 0) yield Buffer.concat(rest);
}

function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Enough to send it: the server checks the rest, and names what is wrong. */
function isTask(value: unknown): value is TaskInput {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return `a ${typeof value}`;
}
