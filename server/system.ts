import type { Logger } from 'pino';
import type { AgentHub } from './agents/hub.ts';
import type { OpenExecutions } from './agents/open-executions.ts';
import type { LogFiles } from './logs/log-files.ts';
import type { Store } from './store/store.ts';
import type { Counters } from './tasks/counters.ts';
import type { TaskWatch } from './tasks/watch.ts';

/** The parts of a running server that its API needs. */
export interface System {
  store: Store;
  counters: Counters;
  hub: AgentHub;
  logs: LogFiles;
  openExecutions: OpenExecutions;
  watch: TaskWatch;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  about: { version: string; data: string; databaseFile: string; startedAt: number; address: () => string };
}
