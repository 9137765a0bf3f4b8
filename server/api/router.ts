import { agentRouter } from './agent.ts';
import { countersRouter } from './counters.ts';
import { statusProcedure } from './status.ts';
import { taskRouter } from './task.ts';
import { forAdministrator, router } from './trpc.ts';

export const appRouter = router({
  task: taskRouter,
  batch: router({
    list: forAdministrator.query(({ ctx: { system } }) => system.counters.batches()),
  }),
  worker: router({
    list: forAdministrator.query(({ ctx: { system } }) => system.counters.workers()),
  }),
  counters: countersRouter,
  status: statusProcedure,
  agent: agentRouter,
});

export type AppRouter = typeof appRouter;
