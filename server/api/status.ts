import { statfs } from 'node:fs/promises';
import type { WorkerStatus } from '#core/contract/counters.ts';
import { forAdministrator } from './trpc.ts';

export const statusProcedure = forAdministrator.query(async ({ ctx: { system } }) => {
  const { about, counters, store, now } = system;
  const { tasks, workers: list } = counters.snapshot(now());
  const workers: Partial<Record<WorkerStatus, number>> = {};
  for (const { status } of list) workers[status] = (workers[status] ?? 0) + 1;
  const disk = await statfs(about.data);
  return {
    version: about.version,
    pid: process.pid,
    address: about.address(),
    data: about.data,
    startedAt: about.startedAt,
    database: { path: about.databaseFile, bytes: await store.read.size() },
    disk: { freeBytes: disk.bavail * disk.bsize, totalBytes: disk.blocks * disk.bsize },
    tasks,
    workers,
  };
});
