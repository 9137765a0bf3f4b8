import type { z } from 'zod';
import type { NewTask } from '#core/contract/task.ts';

/** A task as the API takes it: before the server has checked it, ids are plain numbers. */
export type TaskInput = z.input<typeof NewTask>;
