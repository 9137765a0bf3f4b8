import { z } from 'zod';
import { Enrolment, LogChunks, Reports, SessionInput } from '#core/contract/agent.ts';
import { enrol } from '#server/agents/enrol.ts';
import { forEnrolment, forWorker, router } from './trpc.ts';

export const agentRouter = router({
  enrol: forEnrolment.input(Enrolment).mutation(({ ctx: { system }, input }) => enrol(system.store, input, system.now)),

  session: forWorker
    .input(SessionInput)
    .subscription(({ ctx: { system, workerId }, input, signal }) =>
      system.hub.connect(workerId, input, signal ?? new AbortController().signal),
    ),

  report: forWorker
    .input(z.strictObject({ reports: Reports }))
    .mutation(({ ctx: { system, workerId }, input }) => system.hub.report(workerId, input.reports)),

  logs: forWorker
    .input(z.strictObject({ chunks: LogChunks }))
    .mutation(({ ctx: { system, workerId }, input }) => system.hub.appendLogs(workerId, input.chunks)),

  heartbeat: forWorker.mutation(({ ctx: { system, workerId } }) => {
    system.hub.heartbeat(workerId);
    return {};
  }),

  /** Whether nothing is left to do in the worker's batch, for agents that end then. */
  isBatchDone: forWorker.query(({ ctx: { system, workerId } }) => {
    const worker = system.counters.workers().find(({ id }) => id === workerId);
    const batch = system.counters.batches().find(({ name }) => name === worker?.batch);
    if (batch === undefined) return true;
    const { S, F, X, I, ...unfinished } = batch.tasks;
    return Object.values(unfinished).every((count) => count === 0);
  }),

  leave: forWorker.mutation(async ({ ctx: { system, workerId } }) => {
    await system.hub.leave(workerId);
    return {};
  }),
});
