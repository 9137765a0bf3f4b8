import { z } from 'zod';

const id = z.int().positive();

export const TaskId = id.brand<'TaskId'>();
export const ExecutionId = id.brand<'ExecutionId'>();
export const BatchId = id.brand<'BatchId'>();
export const WorkerId = id.brand<'WorkerId'>();
