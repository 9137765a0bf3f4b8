import { join } from 'node:path';
import { z } from 'zod';
import type { Order } from '#core/contract/agent.ts';
import { ExecutionId, TaskId } from '#core/contract/ids.ts';
import type { ExecutionId as Id } from '#core/task/ids.ts';
import type { Handle } from './executor/executor.ts';
import { handleSchema } from './executor/executor.ts';
import type { Journal } from './outbox/journal.ts';
import { openJournal } from './outbox/journal.ts';

/** Written anew, with only what is still held, when it has grown beyond this many bytes. */
const COMPACT_AT = 4 << 20;

const settings = z.object({
  container: z.string().exactOptional(),
  containerOptions: z.string().exactOptional(),
  input: z.array(z.string()).exactOptional(),
  resource: z.array(z.string()).exactOptional(),
  output: z.string().exactOptional(),
  env: z.record(z.string(), z.string()).exactOptional(),
  downloadTimeout: z.number().exactOptional(),
  runTimeout: z.number().exactOptional(),
  uploadTimeout: z.number().exactOptional(),
  uid: z.number().exactOptional(),
  gid: z.number().exactOptional(),
});

const orderSchema = z.object({
  executionId: ExecutionId,
  taskId: TaskId,
  attempt: z.number(),
  command: z.string(),
  settings,
});

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('taken'), order: orderSchema }),
  z.object({ kind: z.literal('starting'), executionId: ExecutionId, handle: handleSchema, at: z.number() }),
  z.object({ kind: z.literal('reported'), executionId: ExecutionId }),
  z.object({ kind: z.literal('forgotten'), executionId: ExecutionId }),
]);
type Entry = z.infer<typeof entrySchema>;

/** How far an execution is, as the journal knows it. */
export interface Held {
  order: Order;
  /** Set before anything of the command runs. */
  start?: { handle: Handle /** milliseconds since the epoch */; at: number };
  /** Its end is in the outbox; kept until the server has it. */
  reported: boolean;
}

/** What this agent has taken on and the server has not seen the end of. Survives the agent. */
export class Holdings {
  readonly #journal: Journal<Entry>;
  readonly #held: Map<Id, Held>;
  #compactAt = COMPACT_AT;

  private constructor(journal: Journal<Entry>, held: Map<Id, Held>) {
    this.#journal = journal;
    this.#held = held;
  }

  static async open(folder: string): Promise<{ holdings: Holdings; warning?: string }> {
    const { journal, records, warning } = await openJournal<Entry>({
      path: join(folder, 'holdings.journal'),
      parse: (value) => entrySchema.parse(value),
    });
    const held = new Map<Id, Held>();
    for (const record of records) apply(held, record);
    const holdings = new Holdings(journal, held);
    return warning === undefined ? { holdings } : { holdings, warning };
  }

  all(): ReadonlyMap<Id, Held> {
    return this.#held;
  }

  has(id: Id): boolean {
    return this.#held.has(id);
  }

  take(order: Order): Promise<void> {
    return this.#write({ kind: 'taken', order });
  }

  starting(executionId: Id, handle: Handle, at: number): Promise<void> {
    return this.#write({ kind: 'starting', executionId, handle, at });
  }

  reported(executionId: Id): Promise<void> {
    return this.#write({ kind: 'reported', executionId });
  }

  forget(executionId: Id): Promise<void> {
    return this.#write({ kind: 'forgotten', executionId });
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  async #write(entry: Entry): Promise<void> {
    apply(this.#held, entry);
    await this.#journal.append(entry);
    if (this.#journal.bytes < this.#compactAt) return;
    // Doubled first, so that what is written meanwhile does not compact again.
    this.#compactAt = Number.POSITIVE_INFINITY;
    await this.#journal.rewrite([...this.#held.values()].flatMap(entriesOf));
    this.#compactAt = Math.max(COMPACT_AT, this.#journal.bytes * 2);
  }
}

function apply(held: Map<Id, Held>, entry: Entry): void {
  if (entry.kind === 'taken') {
    held.set(entry.order.executionId, { order: entry.order, reported: false });
    return;
  }
  const known = held.get(entry.executionId);
  if (known === undefined) return;
  if (entry.kind === 'starting') known.start = { handle: entry.handle, at: entry.at };
  else if (entry.kind === 'reported') known.reported = true;
  else held.delete(entry.executionId);
}

function entriesOf({ order, start, reported }: Held): Entry[] {
  const { executionId } = order;
  return [
    { kind: 'taken', order },
    ...(start ? [{ kind: 'starting' as const, executionId, ...start }] : []),
    ...(reported ? [{ kind: 'reported' as const, executionId }] : []),
  ];
}
