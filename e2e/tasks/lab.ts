import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { TaskId as TaskIdSchema } from '#core/contract/ids.ts';
import type { TaskDetail } from '#core/contract/task.ts';
import type { FailureClass } from '#core/task/failure.ts';
import type { TaskId } from '#core/task/ids.ts';
import type { Finished, RunOptions } from '#e2e/programs/finished.ts';
import type { Programs } from '#e2e/programs/programs.ts';
import type { ServerProgram } from '#e2e/programs/server-program.ts';
import { untilDone } from '#e2e/programs/until.ts';
import type { WorkerOptions, WorkerProgram } from '#e2e/programs/worker-program.ts';

/** A server and a worker, and a terminal on the same machine, in which a test types commands. */
export class Lab {
  readonly #programs: Programs;
  readonly server: ServerProgram;
  readonly worker: WorkerProgram;

  constructor(programs: Programs, server: ServerProgram, worker: WorkerProgram) {
    this.#programs = programs;
    this.server = server;
    this.worker = worker;
  }

  /** `scitq …`, whatever comes of it. */
  async scitq(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return this.#programs.runCli(argv, { server: this.server, ...options });
  }

  /** `scitq …`, which must succeed; what it prints. */
  async print(...argv: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.scitq(argv);
    expect({ code, stderr }, `scitq ${argv.join(' ')}`).toEqual({ code: 0, stderr: '' });
    return stdout;
  }
}
