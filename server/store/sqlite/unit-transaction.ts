import type { BatchId, ExecutionId, TaskId, WorkerId } from '#core/task/ids.ts';
import type {
  Change,
  DependencyKind,
  DependencyRow,
  ExecutionWrite,
  NewExecutionRow,
  NewTaskRow,
  TaskStateWrite,
  TokenRow,
  Transaction,
  WorkerRow,
} from '../store.ts';
import type { WriteStatements } from './write-statements.ts';

/**
 * What one unit of Store.write sees of the group's transaction. Each call has done its work when it returns; the
 * promises are the port's. After {@link end} every call is refused: it would write into somebody else's unit.
 */
export class UnitTransaction implements Transaction {
  readonly #changes: Change[];
  #statements: WriteStatements | undefined;

  constructor(statements: WriteStatements, changes: Change[]) {
    this.#statements = statements;
    this.#changes = changes;
  }

  end(): void {
    this.#statements = undefined;
  }

  get #open(): WriteStatements {
    if (this.#statements === undefined) throw new Error('a transaction was used after its unit had ended');
    return this.#statements;
  }

  publish(change: Change): void {
    this.#changes.push(change);
  }

  async insertTasks(rows: readonly NewTaskRow[]) {
    return this.#open.tasks.insert(rows);
  }

  async insertDependencies(rows: readonly DependencyRow[]) {
    this.#open.dependencies.insert(rows);
  }

  async taskStates(ids: readonly TaskId[]) {
    return this.#open.tasks.states(ids);
  }

  async taskOrders(ids: readonly TaskId[]) {
    return this.#open.tasks.orders(ids);
  }

  async writeTaskStates(rows: readonly TaskStateWrite[]) {
    this.#open.tasks.writeStates(rows);
  }

  async cloneTask(id: TaskId, status: 'P', retry: number, at: number) {
    return this.#open.tasks.clone(id, status, retry, at);
  }

  async hideTask(id: TaskId, at: number) {
    this.#open.tasks.hide(id, at);
  }

  async cloneOf(id: TaskId) {
    return this.#open.tasks.cloneOf(id);
  }

  async tasksByName(batchId: BatchId, names: readonly string[]) {
    return this.#open.tasks.latestByName(batchId, names);
  }

  async unmetDependents(requiresIds: readonly TaskId[]) {
    return this.#open.dependencies.unmet(requiresIds);
  }

  async meetDependency(taskId: TaskId, requiresId: TaskId, kind: DependencyKind) {
    return this.#open.dependencies.meet(taskId, requiresId, kind);
  }

  async moveDependents(from: TaskId, to: TaskId) {
    this.#open.dependencies.move(from, to);
  }

  async insertExecutions(rows: readonly NewExecutionRow[]) {
    return this.#open.executions.insert(rows);
  }

  async executionStates(ids: readonly ExecutionId[]) {
    return this.#open.executions.states(ids);
  }

  async openExecutions(workerId: WorkerId) {
    return this.#open.executions.openOf(workerId);
  }

  async writeExecutions(rows: readonly ExecutionWrite[]) {
    this.#open.executions.write(rows);
  }

  async batchByName(name: string) {
    return this.#open.batches.byName(name);
  }

  async insertBatch(name: string, at: number) {
    return this.#open.batches.insert(name, at);
  }

  async insertWorker(row: Omit<WorkerRow, 'id' | 'lastSeq'>) {
    return this.#open.workers.insert(row);
  }

  async worker(id: WorkerId) {
    return this.#open.workers.byId(id);
  }

  async writeWorker(row: WorkerRow) {
    this.#open.workers.write(row);
  }

  async insertToken(hash: Uint8Array, token: TokenRow, at: number) {
    this.#open.tokens.insert(hash, token, at);
  }

  async putSubmissionPart(submission: string, part: number, tasks: string, at: number) {
    this.#open.submissions.put(submission, part, tasks, at);
  }

  async submissionPart(submission: string, part: number) {
    return this.#open.submissions.part(submission, part);
  }

  async deleteSubmission(submission: string) {
    this.#open.submissions.remove(submission);
  }

  async deleteSubmissionsBefore(at: number) {
    this.#open.submissions.removeBefore(at);
  }
}
