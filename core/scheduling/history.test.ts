/** Random histories: whatever happens, in whatever order, the rules of who gets what hold after each step. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Assignment } from './engine.ts';
import { Hand } from './test-hand.ts';
import { batchId, taskId, workerId } from './test-language.ts';
import { ModelStore, type ModelTask } from './test-model.ts';

type Step = (store: ModelStore) => void;

/** A step with a description, so that a failing history can be read. */
function step<Facts>(name: string, facts: fc.Arbitrary<Facts>, run: (store: ModelStore, facts: Facts) => void) {
  return facts.map((drawn): Step => {
    const happen: Step = (store) => run(store, drawn);
    return Object.assign(happen, { [fc.toStringMethod]: () => `${name} ${JSON.stringify(drawn)}` });
  });
}

/** The one of `tasks` that `pick` stands for. */
function withPicked(tasks: readonly ModelTask[], pick: number, run: (task: ModelTask) => void): void {
  const task = tasks[pick % tasks.length];
  if (task !== undefined) run(task);
}

const batch = fc.constantFrom(1, 1, 2, 3);
const worker = fc.integer({ min: 1, max: 7 });
const pick = fc.nat(1000);
const priority = fc.constantFrom(0, 0, 0, 1, 2, -1);
const kind = fc.constantFrom('success' as const, 'end' as const);

const submit = step(
  'submit',
  fc.record({
    batch,
    priority,
    retries: fc.constantFrom(0, 0, 1, 2),
    count: fc.integer({ min: 1, max: 12 }),
    waitsFor: fc.array(fc.record({ pick, kind }), { maxLength: 2, size: '-1' }),
  }),
  (store, { count, waitsFor, ...facts }) => {
    for (let copy = 0; copy < count; copy += 1) {
      const dependencies: ModelTask['waitsFor'] = [];
      for (const { pick, kind } of waitsFor) {
        withPicked(visible(store), pick, (task) => dependencies.push({ task, kind }));
      }
      store.submit({ ...facts, waitsFor: dependencies });
    }
  },
);

const changeWorker = step(
  'worker',
  fc.record({
    id: worker,
    batch,
    accepting: fc.constantFrom(true, true, true, false),
    concurrency: fc.constantFrom(0, 1, 2, 3, 4, 6, 8),
    prefetch: fc.nat(3),
  }),
  (store, facts) => store.setWorker(facts),
);

const loseWorker = step('lose worker', fc.record({ worker }), (store, { worker }) => store.loseWorker(worker));

const pause = step(
  'pause',
  fc.record({ batch, paused: fc.constantFrom(true, false, false) }),
  (store, { batch, paused }) => {
    store.setPaused(batch, paused);
  },
);

const end = step('end', fc.record({ pick, well: fc.boolean() }), (store, { pick, well }) => {
  withPicked(withStatus(store, 'A'), pick, (task) => store.endExecution(task, well));
});

const cancel = step('cancel', fc.record({ pick }), (store, { pick }) => {
  withPicked(withStatus(store, 'W', 'P', 'A'), pick, (task) => store.cancel(task, { told: true }));
});

const relaunch = step('relaunch', fc.record({ pick }), (store, { pick }) => {
  withPicked(withStatus(store, 'S', 'F', 'X'), pick, (task) => store.relaunch(task));
});

const change = step('change', fc.record({ pick, batch, priority }), (store, { pick, ...facts }) => {
  withPicked(withStatus(store, 'W', 'P'), pick, (task) => store.change(task, facts));
});

/** Messages about what is long over, or never was. */
const stale = step('stale', fc.record({ pick, worker }), ({ engine, ...store }, { pick, worker }) => {
  withPicked(store.tasks, pick, ({ id, status, worker: holder }) => {
    if (status !== 'P') engine.onTaskWithdrawn(taskId(id));
    if (status === 'A' && holder === worker)
      engine.onExecutionOpened({ taskId: taskId(id), workerId: workerId(worker) });
    else engine.onExecutionEnded({ taskId: taskId(id), workerId: workerId(worker) });
  });
  engine.onTaskWithdrawn(taskId(1_000_000));
  engine.onWorkerGone(workerId(99));
  engine.onBatchChanged({ batchId: batchId(99), paused: false });
});

/** A pass. `unseen` are canceled while it runs: the engine believes them pending until it is refused. */
const assign = step(
  'assign',
  fc.record({ budget: fc.constantFrom(0, 1, 2, 3, 5, 8, 20, 100), unseen: fc.array(pick, { maxLength: 2 }) }),
  (store, { budget, unseen }) => {
    const believed = withStatus(store, 'P');
    expect(store.engine.hasWork()).toBe(canAssign(store, believed));
    const decided = store.engine.next(budget);
    checkDecisions(store, [...believed], decided, budget);

    const crossing = unseen.flatMap((pick) => believed[pick % believed.length] ?? []);
    for (const task of crossing) if (task.status === 'P') store.cancel(task, { told: false });
    for (const assignment of decided) store.commit(assignment);
    for (const task of crossing) store.engine.onTaskWithdrawn(taskId(task.id));
  },
);

/** The decisions of one pass, replayed one by one against the rules, by other means than the engine's. */
function checkDecisions(store: ModelStore, pending: ModelTask[], decided: Assignment[], budget: number): void {
  expect(decided.length).toBeLessThanOrEqual(budget);
  const hands = new Map([...store.workers.values()].map((worker) => [worker.id, new Hand(worker, store)]));
  const given = new Map<number, number>();
  for (const { taskId, workerId } of decided) {
    const task = store.taskOf(taskId);
    expect(store.paused.has(task.batch)).toBe(false);
    const queue = pending.filter((other) => other.batch === task.batch);
    expect(taskId).toBe(queue.toSorted((a, b) => b.priority - a.priority || a.id - b.id)[0]?.id);
    const candidates = [...hands.values()].filter((hand) => hand.worker.batch === task.batch && hand.canTake());
    expect(workerId).toBe(candidates.toSorted(Hand.order)[0]?.worker.id);
    hands.get(workerId)?.take();
    given.set(task.batch, (given.get(task.batch) ?? 0) + 1);
    pending.splice(pending.indexOf(task), 1);
  }
  for (const batch of [1, 2, 3]) {
    const left = pending.some((task) => task.batch === batch);
    const slots = [...hands.values()].some((hand) => hand.worker.batch === batch && hand.canTake());
    if (!left || !slots || store.paused.has(batch)) continue;
    // It could have had more: then the budget is spent, and nobody was served much better.
    expect(decided.length).toBe(budget);
    for (const count of given.values()) expect(count).toBeLessThanOrEqual((given.get(batch) ?? 0) + 1);
  }
}

function canAssign(store: ModelStore, pending: readonly ModelTask[]): boolean {
  return [...store.workers.values()].some(({ id, batch, accepting, concurrency, prefetch }) => {
    const slots = accepting && !store.paused.has(batch) && store.heldBy(id).length < concurrency + prefetch;
    return slots && pending.some((task) => task.batch === batch);
  });
}

function withStatus(store: ModelStore, ...statuses: ModelTask['status'][]): ModelTask[] {
  return visible(store).filter((task) => statuses.includes(task.status));
}

function visible(store: ModelStore): ModelTask[] {
  return store.tasks.filter((task) => !task.hidden);
}

/** Runs passes and ends what they start, until nothing can go on. */
function drain(store: ModelStore): void {
  for (const batch of [1, 2, 3]) {
    store.setPaused(batch, false);
    store.setWorker({ id: 10 + batch, batch, accepting: true, concurrency: 1, prefetch: 0 });
  }
  for (let passes = 0; store.engine.hasWork() || withStatus(store, 'A').length > 0; passes += 1) {
    expect(passes).toBeLessThan(10_000);
    for (const assignment of store.engine.next(7)) store.commit(assignment);
    for (const task of withStatus(store, 'A')) store.endExecution(task, task.id % 3 > 0);
  }
}

it('keeps every rule after every step, equals an engine rebuilt from what is stored, and leaves no task behind', () => {
  const anyStep = fc.oneof(
    { weight: 4, arbitrary: submit },
    { weight: 4, arbitrary: changeWorker },
    { weight: 1, arbitrary: loseWorker },
    { weight: 1, arbitrary: pause },
    { weight: 8, arbitrary: end },
    { weight: 2, arbitrary: cancel },
    { weight: 2, arbitrary: relaunch },
    { weight: 2, arbitrary: change },
    { weight: 1, arbitrary: stale },
    { weight: 6, arbitrary: assign },
  );
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
      const store = new ModelStore();
      for (const happen of steps) {
        happen(store);
        expect(store.engine.check()).toEqual([]);
        expect(store.engine.snapshot()).toEqual(store.rebuilt().snapshot());
      }
      drain(store);
      expect(store.engine.check()).toEqual([]);
      // Whoever still waits does so for a task that failed for good or was canceled, or for one that waits itself.
      expect(withStatus(store, 'P', 'A')).toEqual([]);
      for (const { waitsFor } of withStatus(store, 'W')) {
        expect(
          waitsFor.some(({ task, kind }) => task.status === 'W' || (kind === 'success' && task.status !== 'S')),
        ).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
