import { makeBatches } from './batches.ts';
import type { Connection } from './connection.ts';
import { makeDependencies } from './dependencies.ts';
import { makeExecutions } from './executions.ts';
import { makeSubmissions } from './submissions.ts';
import { makeTasks } from './tasks.ts';
import { makeTokens } from './tokens.ts';
import { makeWorkers } from './workers.ts';

export type WriteStatements = ReturnType<typeof makeWriteStatements>;

/** Everything that a transaction can do, prepared on the connection that writes. */
export function makeWriteStatements(connection: Connection) {
  return {
    tasks: makeTasks(connection),
    dependencies: makeDependencies(connection),
    executions: makeExecutions(connection),
    batches: makeBatches(connection),
    workers: makeWorkers(connection),
    tokens: makeTokens(connection),
    submissions: makeSubmissions(connection),
  };
}
