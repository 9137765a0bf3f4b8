import type { Order } from '#core/contract/agent.ts';
import type { Failure } from '#core/task/failure.ts';
import type { Progress } from '#core/task/report.ts';
import type { Executor, Exit, Running, RunRequest, SignalName } from './executor/executor.ts';
import type { Stopped } from './failure.ts';
import { failureOf } from './failure.ts';
import type { Held } from './holdings.ts';
import { stageInputs, storeOutput } from './staging/stage.ts';
import type { Workspace } from './staging/workspace.ts';
import { makeWorkspace, removeFolder, runRequest, workspaceOf } from './staging/workspace.ts';
import type { Tools } from './tools.ts';

/** From TERM to KILL when a task runs into its time limit, in seconds. */
const TIMEOUT_GRACE = 10;

/** Why an execution is broken off: stopped on request, given back to the server, or not wanted any more. */
type BrokenOff = { kind: 'stopped' } | { kind: 'returned'; reason: string } | { kind: 'forgotten' };

class BreakOff extends Error {
  readonly why: BrokenOff;
  constructor(why: BrokenOff) {
    super(why.kind);
    this.why = why;
  }
}

/**
 * One execution's life on this worker:
 *
 *     accepted → downloading → (held) → started → uploading → succeeded | failed
 *
 * Each step is reported when it has been taken. What must be found again after the agent's own death is in the
 * journal (holdings.ts) before it happens.
 */
export class Execution {
  readonly order: Order;
  readonly #tools: Tools;
  readonly #executor: Executor;
  readonly #workspace: Workspace;
  readonly #abort = new AbortController();
  #running: Running | undefined;
  #stopped: Stopped | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(order: Order, tools: Tools) {
    this.order = order;
    this.#tools = tools;
    this.#executor = tools.executorFor(order);
    this.#workspace = workspaceOf(tools.executionsFolder, order.executionId);
  }

  /** Whether the command has been started; before that nothing of it is lost by giving it back. */
  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** From the start, or from where an earlier agent left it. Never rejects; ends with a report, or forgotten. */
  async run(held: Held | undefined): Promise<void> {
    try {
      await this.#live(held);
    } catch (error) {
      await this.#onBreak(error);
    } finally {
      clearTimeout(this.#killTimer);
    }
  }

  /** TERM and KILL end it, wherever it is; with `grace` seconds, KILL follows TERM. */
  signal(name: SignalName, grace?: number): void {
    if (name === 'TERM' || name === 'KILL') this.#stopped ??= 'asked';
    if (this.#running === undefined) {
      if (name === 'TERM' || name === 'KILL') this.#abort.abort(new BreakOff({ kind: 'stopped' }));
      return;
    }
    this.#sendSignal(name);
    if (name === 'TERM' && grace !== undefined) this.#killAfter(grace);
    if (name === 'TSTP') this.#report({ kind: 'suspended' });
    if (name === 'CONT') this.#report({ kind: 'resumed' });
  }

  /** The server does not want it any more: ends at once, reports nothing. */
  forget(): void {
    this.#abort.abort(new BreakOff({ kind: 'forgotten' }));
    this.#sendSignal('KILL');
  }

  /** Goes back to the server, for another worker; a command that runs is killed. */
  giveBack(reason: string): void {
    this.#abort.abort(new BreakOff({ kind: 'returned', reason }));
    this.#sendSignal('KILL');
  }

  async #live(held: Held | undefined): Promise<void> {
    const request = runRequest(this.#workspace, this.order, this.#tools.concurrency());
    const recovered = held?.start && (await this.#executor.recover(request, held.start.handle));
    if (recovered?.kind === 'running') {
      this.#tools.slots.enterAnyway();
      return this.#follow(recovered, held?.start?.at ?? this.#tools.now());
    }
    this.#report({ kind: 'accepted' });
    if (this.#tools.stages) {
      const notReady = await this.#prepare(request);
      if (notReady !== undefined) return this.#end(notReady);
    }
    const { slots } = this.#tools;
    if (!slots.isFree) this.#report({ kind: 'held' });
    await slots.enter(this.#abort.signal);
    const startedAt = this.#tools.now();
    const started = await this.#start(request, startedAt);
    if (started.kind === 'running') return this.#follow(started, startedAt);
    slots.leave();
    return this.#end(failureOf(started, this.#program, this.#stopped, undefined));
  }

  async #prepare(request: RunRequest): Promise<Failure | undefined> {
    const { settings } = this.order;
    const signal = this.#abort.signal;
    if (settings.container !== undefined || settings.input?.length || settings.resource?.length) {
      this.#report({ kind: 'downloading' });
    }
    await makeWorkspace(this.#workspace, this.order);
    const failure = await stageInputs(this.#workspace, settings, signal);
    if (failure !== undefined) return failure;
    const prepared = await this.#executor.prepare(request, signal);
    signal.throwIfAborted();
    return prepared.kind === 'ready' ? undefined : failureOf(prepared, this.#program, undefined, undefined);
  }

  async #start(request: RunRequest, at: number): Promise<Running | Exit> {
    try {
      this.#abort.signal.throwIfAborted();
      const { executionId } = this.order;
      return await this.#executor.start(request, (handle) => this.#tools.holdings.starting(executionId, handle, at));
    } catch (error) {
      this.#tools.slots.leave();
      throw error;
    }
  }

  async #follow(running: Running, startedAt: number): Promise<void> {
    this.#running = running;
    this.#report({ kind: 'started' });
    if (this.#tools.stages) this.#tools.logs.track(this.order.executionId, this.#workspace.run);
    // It was stopped while it was being started.
    if (this.#abort.signal.aborted) this.#sendSignal('KILL');
    const limit = this.#limitRunTime(startedAt);
    let exit: Exit;
    try {
      exit = await running.ended;
    } finally {
      clearTimeout(limit);
      this.#tools.slots.leave();
    }
    if (this.#abort.signal.aborted) throw this.#abort.signal.reason;
    const failure = failureOf(exit, this.#program, this.#stopped, this.order.settings.runTimeout);
    if (this.order.settings.output === undefined) return this.#end(failure);
    this.#report({ kind: 'uploading', ok: failure === undefined });
    const notStored = await storeOutput(this.#workspace, this.order.settings, this.#abort.signal);
    if (failure === undefined || notStored === undefined) return this.#end(failure ?? notStored);
    // The command's failure is the one that counts; that its output stayed here must be said all the same.
    return this.#end({ ...failure, message: `${failure.message} ${notStored.message}` });
  }

  #limitRunTime(startedAt: number): NodeJS.Timeout | undefined {
    const { runTimeout } = this.order.settings;
    if (!runTimeout) return undefined;
    const left = runTimeout * 1_000 - (this.#tools.now() - startedAt);
    return setTimeout(
      () => {
        this.#stopped ??= 'run-timeout';
        this.#sendSignal('TERM');
        this.#killAfter(TIMEOUT_GRACE);
      },
      Math.max(0, left),
    );
  }

  #killAfter(seconds: number): void {
    clearTimeout(this.#killTimer);
    this.#killTimer = setTimeout(() => this.#sendSignal('KILL'), seconds * 1_000);
  }

  #sendSignal(name: SignalName): void {
    this.#running?.signal(name).catch((error: unknown) => {
      this.#tools.log.warn(
        { err: error, executionId: this.order.executionId, signal: name },
        'a signal could not be sent',
      );
    });
  }

  async #onBreak(error: unknown): Promise<void> {
    const why = error instanceof BreakOff ? error.why : undefined;
    if (why?.kind === 'forgotten') return this.#tools.drop(this.order.executionId);
    if (why?.kind === 'returned') return this.#endWith({ kind: 'returned', reason: why.reason });
    if (why?.kind === 'stopped') {
      return this.#end({ class: 'signal', message: 'It was stopped on request before its command had started.' });
    }
    this.#tools.log.error({ err: error, executionId: this.order.executionId }, 'an execution failed in the agent');
    const reason = error instanceof Error ? error.message : String(error);
    await this.#end({ class: 'agent', message: `The worker could not run it: ${reason}` });
  }

  async #end(failure: Failure | undefined): Promise<void> {
    if (failure === undefined && this.#tools.stages) await removeFolder(this.#workspace.temp);
    await this.#endWith(failure === undefined ? { kind: 'succeeded' } : { kind: 'failed', failure });
  }

  async #endWith(progress: Progress): Promise<void> {
    this.#report(progress);
    // A successor does not report what the holdings call reported: the report must be on disk before.
    if (await this.#tools.reportsStored()) await this.#tools.holdings.reported(this.order.executionId);
  }

  #report(progress: Progress): void {
    this.#tools.report(this.order.executionId, progress);
  }

  get #program(): string {
    return this.order.command.split(' ', 1)[0] ?? '';
  }
}
