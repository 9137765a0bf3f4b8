import { setImmediate as nextTurn } from 'node:timers/promises';
import { ScitqError } from '#core/contract/errors.ts';
import type { Change, Transaction } from '../store.ts';
import type { Connection } from './connection.ts';
import { explainFailure } from './failure.ts';
import { UnitTransaction } from './unit-transaction.ts';
import type { WriteStatements } from './write-statements.ts';

/** A group takes no further unit after this many milliseconds, so that the server goes on answering meanwhile. */
const GROUP_BUDGET = 50;
/** More waiting units than this are refused: each holds the request that it came from. */
const MAX_QUEUED = 100_000;

type Unit<T> = (tx: Transaction) => Promise<T>;

interface Queued {
  /** Resolves, once the unit has run, with the function that tells its caller so. */
  run(tx: Transaction): Promise<() => void>;
  reject(error: unknown): void;
}

/** What a group has done so far. `settle` tells the callers, in order, when the group is durable. */
interface Group {
  settle: (() => void)[];
  changes: Change[];
}

/**
 * The only writer. Units that arrive in one turn of the event loop run one after another in one transaction, each in a
 * savepoint of its own, and are made durable by one commit, which costs one wait for the disk however many they are.
 */
export class GroupCommit {
  readonly #connection: Connection;
  readonly #statements: WriteStatements;
  readonly #transaction: ReturnType<typeof makeTransactionStatements>;
  readonly #listeners: ((changes: readonly Change[]) => void)[] = [];
  #queue: Queued[] = [];
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(connection: Connection, statements: WriteStatements) {
    this.#connection = connection;
    this.#statements = statements;
    this.#transaction = makeTransactionStatements(connection);
  }

  /** See Store.write. Throws UNAVAILABLE when the disk fails, when too much is waiting, and after {@link close}. */
  write<T>(unit: Unit<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new ScitqError('UNAVAILABLE', 'The server is stopping.'));
    if (this.#queue.length >= MAX_QUEUED) {
      const error = new ScitqError('UNAVAILABLE', 'The database cannot keep up: too many changes wait to be stored.', {
        hint: 'Try again in a moment, with more tasks in each request.',
      });
      return Promise.reject(error);
    }
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const run = async (tx: Transaction) => {
      const result = await unit(tx);
      return () => resolve(result);
    };
    this.#queue.push({ run, reject });
    this.#draining ??= this.#drain();
    return promise;
  }

  /** A listener that throws ends the process: what is in memory no longer follows the database. */
  onCommit(listener: (changes: readonly Change[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Refuses further units and resolves when those that wait are settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      await nextTurn();
      const units = this.#queue;
      this.#queue = [];
      const left = await this.#flush(units);
      if (left.length > 0) this.#queue = left.concat(this.#queue);
    }
    this.#draining = undefined;
  }

  /** Runs and commits units, all within this turn; returns those that it did not come to. */
  async #flush(units: readonly Queued[]): Promise<Queued[]> {
    const group: Group = { settle: [], changes: [] };
    const deadline = performance.now() + GROUP_BUDGET;
    const turn = watchTurn();
    let taken = 0;
    try {
      this.#transaction.begin.run();
    } catch (error) {
      turn.unwatch();
      this.#abandon(error, units);
      return [];
    }
    try {
      for (const unit of units) {
        taken += 1;
        await this.#runUnit(unit, turn.over, group);
        if (turn.isOver() || performance.now() > deadline) break;
      }
      this.#transaction.commit.run();
    } catch (error) {
      this.#abandon(error, units.slice(0, taken));
      return units.slice(taken);
    } finally {
      turn.unwatch();
    }
    this.#deliver(group);
    return units.slice(taken);
  }

  /** Throws only when the whole group is lost. */
  async #runUnit(unit: Queued, turnOver: Promise<never>, group: Group): Promise<void> {
    const changes: Change[] = [];
    const tx = new UnitTransaction(this.#statements, changes);
    this.#transaction.savepoint.run();
    try {
      const acknowledge = await Promise.race([unit.run(tx), turnOver]);
      // When the disk fails, SQLite may undo the whole transaction by itself, and a unit may have caught that error.
      if (!this.#connection.inTransaction) throw new Error('the database undid the transaction');
      group.settle.push(acknowledge);
      for (const change of changes) group.changes.push(change);
    } catch (error) {
      if (!this.#connection.inTransaction) throw error;
      this.#transaction.undo.run();
      const reason = explainFailure(error, this.#connection.name);
      group.settle.push(() => unit.reject(reason));
    } finally {
      tx.end();
    }
    this.#transaction.release.run();
  }

  #abandon(error: unknown, units: readonly Queued[]): void {
    const reason = explainFailure(error, this.#connection.name);
    for (const unit of units) unit.reject(reason);
    if (this.#connection.inTransaction) this.#transaction.rollback.run();
  }

  #deliver({ changes, settle }: Group): void {
    try {
      if (changes.length > 0) for (const listener of this.#listeners) listener(changes);
    } catch (error) {
      process.nextTick(() => {
        throw error;
      });
    }
    for (const tell of settle) tell();
  }
}

function makeTransactionStatements(connection: Connection) {
  return {
    begin: connection.prepare('BEGIN IMMEDIATE'),
    commit: connection.prepare('COMMIT'),
    rollback: connection.prepare('ROLLBACK'),
    savepoint: connection.prepare('SAVEPOINT unit'),
    release: connection.prepare('RELEASE unit'),
    undo: connection.prepare('ROLLBACK TO unit'),
  };
}

/**
 * Notices when a unit leaves the turn of the event loop that it began in, because it awaits something besides its
 * transaction: everybody else's writes would wait for that too, so it is refused.
 */
function watchTurn() {
  const { promise: over, reject } = Promise.withResolvers<never>();
  over.catch(() => undefined);
  let isOver = false;
  const immediate = setImmediate(() => {
    isOver = true;
    reject(new Error('a unit of Store.write awaited something besides its transaction'));
  });
  return { over, isOver: () => isOver, unwatch: () => clearImmediate(immediate) };
}
