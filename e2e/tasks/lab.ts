import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { TaskId as TaskIdSchema } from '#core/contract/ids.ts';
import type { TaskDetail } from '#core/contract/task.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { Finished, RunOptions } from '#e2e/programs/finished.ts';
import type { Program } from '#e2e/programs/program.ts';
import { Programs } from '#e2e/programs/programs.ts';
import type { ServerOptions, ServerProgram } from '#e2e/programs/server-program.ts';
import { untilDone } from '#e2e/programs/until.ts';
import type { WorkerOptions, WorkerProgram } from '#e2e/programs/worker-program.ts';

/** A server, a worker, and a terminal beside them in which a test types commands. */
export class Lab {
  #open: { programs: Programs; server: ServerProgram; worker: WorkerProgram | undefined } | undefined;

  async open(worker: WorkerOptions | undefined, server: ServerOptions): Promise<void> {
    const programs = await Programs.make();
    this.#open = { programs, server: await programs.startServer(server), worker: undefined };
    if (worker !== undefined) this.#open.worker = await programs.startWorker(this.server, worker);
  }

  async close(): Promise<void> {
    await this.#open?.programs[Symbol.asyncDispose]();
  }

  get programs(): Programs {
    return this.#open?.programs ?? notOpen();
  }

  get server(): ServerProgram {
    return this.#open?.server ?? notOpen();
  }

  get worker(): WorkerProgram {
    return this.#open?.worker ?? notOpen();
  }

  /** `scitq …` to its end, whatever comes of it. */
  async scitq(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.programs.runCli(argv, { server: this.server, ...options });
  }

  /** `scitq …`, which must succeed; what it prints. */
  async print(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.scitq(argv);
    expect({ code, stderr }, `scitq ${argv.join(' ')}`).toMatchObject({ code: 0 });
    return stdout;
  }

  /** The same with `--quiet`: the ids that it prints. */
  async ids(...argv: string[]): Promise<TaskId[]> {
    const lines = (await this.print('--quiet', ...argv)).split('\n');
    expect(lines.pop()).toBe('');
    return lines.map((line) => TaskIdSchema.parse(Number(line)));
  }

  /** `scitq task create …`: the id of the task. */
  async create(...argv: string[]): Promise<TaskId> {
    const [id, ...more] = await this.ids('task', 'create', ...argv);
    expect(more).toEqual([]);
    return TaskIdSchema.parse(id);
  }

  /** `scitq task create --from-file -` with these lines: the ids of the tasks. */
  async createLines(tasks: readonly object[], ...argv: string[]): Promise<TaskId[]> {
    const stdin = tasks.map((task) => `${JSON.stringify(task)}\n`).join('');
    const finished = await this.scitq(['--quiet', 'task', 'create', '--from-file', '-', ...argv], { stdin });
    expect(finished).toMatchObject({ code: 0, stderr: '' });
    return finished.stdout
      .trim()
      .split('\n')
      .map((line) => TaskIdSchema.parse(Number(line)));
  }

  /** Resolves when these tasks and their retries have ended. */
  async untilEnded(...ids: TaskId[]): Promise<void> {
    await untilDone(this.server, { ids });
  }

  /** What `scitq task show` says of a task, for programs. */
  async show(id: TaskId): Promise<TaskDetail> {
    const detail: TaskDetail = JSON.parse(await this.print('--json', 'task', 'show', String(id)));
    return detail;
  }

  /** Queues a task, waits until it has ended, and shows it. */
  async outcome(...argv: string[]): Promise<TaskDetail> {
    const id = await this.create(...argv);
    await this.untilEnded(id);
    return this.show(id);
  }

  /** `scitq …`, which goes on beside the test. */
  async start(...argv: string[]): Promise<Program> {
    return this.programs.launch('scitq', argv, { SCITQ_DATA: this.server.data });
  }
}

/** One lab for the tests of a file or a suite: opened before the first of them, closed after the last. */
export function openLab({ worker, server = {} }: { worker?: WorkerOptions; server?: ServerOptions }): Lab {
  const lab = new Lab();
  beforeAll(() => lab.open(worker, server));
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(lab.programs.describe());
  });
  afterAll(() => lab.close());
  return lab;
}

function notOpen(): never {
  throw new Error('the lab is not open');
}
