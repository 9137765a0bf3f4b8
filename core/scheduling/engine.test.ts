import { describe, expect, it } from 'vitest';
import { batchId, ids, Scene, taskId } from './test-language.ts';

describe('which task is next', () => {
  it('goes by priority, then by id, whatever the order in which they came', () => {
    const scene = new Scene().tasks([7, 3]).tasks([9, 8], { priority: 5 }).tasks([1], { priority: -1 });
    expect(scene.worker(1, { concurrency: 9 }).next()).toEqual(['8>1', '9>1', '3>1', '7>1', '1>1']);
  });

  it('puts an old task that comes back before the younger ones', () => {
    const scene = new Scene().worker(1, { concurrency: 2 }).tasks(ids(1, 4));
    expect(scene.next()).toEqual(['1>1', '2>1']);
    scene.gone(1).tasks([1, 2]).worker(2, { concurrency: 3 });
    expect(scene.next()).toEqual(['1>2', '2>2', '3>2']);
  });

  it('follows a task that is told of again with another priority or batch', () => {
    const scene = new Scene().tasks(ids(1, 3)).tasks([3], { priority: 1 }).tasks([1], { batch: 2 });
    expect(scene.worker(1, { concurrency: 5 }).next()).toEqual(['3>1', '2>1']);
    expect(scene.worker(2, { batch: 2 }).next()).toEqual(['1>2']);
  });

  it('keeps the order of very many', () => {
    const { engine } = new Scene().worker(1, { concurrency: 30_000 });
    const shuffled = ids(0, 29_999).map((index) => 1 + ((index * 7919) % 30_000));
    for (const id of shuffled) {
      engine.onTaskReady({ taskId: taskId(id), batchId: batchId(1), priority: id % 3 });
    }
    const byHand = shuffled.toSorted((a, b) => (b % 3) - (a % 3) || a - b);
    expect(engine.next(30_000).map(({ taskId }) => taskId)).toEqual(byHand);
    expect(engine.check()).toEqual([]);
  });

  it('gives a task that is told of twice to one worker', () => {
    const scene = new Scene().tasks([1]).tasks([1]).worker(1, { concurrency: 2 });
    expect(scene.next()).toEqual(['1>1']);
  });

  it('gives a withdrawn task to nobody, and ignores the withdrawal of a task it does not know', () => {
    const scene = new Scene().tasks(ids(1, 3)).withdrawn(2).withdrawn(99).worker(1, { concurrency: 5 });
    expect(scene.next()).toEqual(['1>1', '3>1']);
  });
});

describe('which workers get tasks', () => {
  it('only those of the batch', () => {
    const scene = new Scene().worker(1, { batch: 1 }).tasks([1], { batch: 2 });
    expect(scene.next()).toEqual([]);
    expect(scene.engine.hasWork()).toBe(false);
    expect(scene.worker(2, { batch: 2 }).next()).toEqual(['1>2']);
  });

  it('only those that accept', () => {
    const scene = new Scene().worker(1, { accepting: false }).tasks([1]);
    expect(scene.next()).toEqual([]);
    expect(scene.worker(1).next()).toEqual(['1>1']);
  });

  it('none of a paused batch, until it goes on', () => {
    const scene = new Scene().worker(1).tasks([1]).batch(1, { paused: true });
    expect(scene.next()).toEqual([]);
    expect(scene.batch(1, { paused: false }).next()).toEqual(['1>1']);
  });

  it('none beyond concurrency and prefetch', () => {
    const scene = new Scene().worker(1, { concurrency: 2, prefetch: 1 }).tasks(ids(1, 9));
    expect(scene.next()).toEqual(['1>1', '2>1', '3>1']);
    expect(scene.next()).toEqual([]);
    expect(scene.ended(2, 1).next()).toEqual(['4>1']);
  });

  it('none whose lowered concurrency leaves it with too many, until enough have ended', () => {
    const scene = new Scene().worker(1, { concurrency: 3 }).tasks(ids(1, 9));
    scene.next();
    scene.worker(1, { concurrency: 2 }).ended(1, 1);
    expect(scene.next()).toEqual([]);
    expect(scene.ended(2, 1).next()).toEqual(['4>1']);
  });

  it('one that moves to another batch takes along what it holds, and its slots', () => {
    const scene = new Scene().worker(1, { concurrency: 2 }).tasks([1, 2]);
    scene.next(1);
    scene.tasks([3, 4], { batch: 2 }).worker(1, { batch: 2, concurrency: 2 });
    expect(scene.next()).toEqual(['3>1']);
    expect(scene.ended(1, 1).next()).toEqual(['4>1']);
  });

  it('counts executions that were open before, also of a worker that is told of later', () => {
    const scene = new Scene().opened(1, 1).opened(2, 1).worker(1, { concurrency: 3 }).tasks(ids(3, 9));
    expect(scene.next()).toEqual(['3>1']);
  });

  it('forgets a worker of which only executions were told, when they are over', () => {
    const scene = new Scene().opened(1, 1).ended(1, 1);
    expect(scene.engine.snapshot()).toEqual(new Scene().engine.snapshot());
  });
});

describe('how tasks are spread', () => {
  it('fills slots that run before slots that prefetch', () => {
    const scene = new Scene();
    scene.worker(1, { concurrency: 2, prefetch: 10 }).worker(2, { concurrency: 2, prefetch: 10 }).tasks(ids(1, 4));
    expect(scene.spread()).toEqual({ 1: 2, 2: 2 });
  });

  it('fills the last slot that runs of a busy worker before the first that prefetches of an idle one', () => {
    const scene = new Scene();
    scene.worker(1, { concurrency: 1, prefetch: 50 }).worker(2, { concurrency: 3 }).opened(90, 2).opened(91, 2);
    expect(scene.tasks(ids(1, 3)).next()).toEqual(['1>1', '2>2', '3>1']);
  });

  it('gives twice the tasks to a worker with twice the free slots', () => {
    const scene = new Scene().worker(1, { concurrency: 20 }).worker(2, { concurrency: 10 }).tasks(ids(1, 15));
    expect(scene.spread()).toEqual({ 1: 10, 2: 5 });
  });

  it('goes by the slots that are free, not by those there are', () => {
    const scene = new Scene().worker(1, { concurrency: 8 }).worker(2, { concurrency: 4 });
    for (const id of ids(101, 106)) scene.opened(id, 1);
    expect(scene.tasks(ids(1, 3)).spread()).toEqual({ 1: 1, 2: 2 });
  });

  it('shares out slots that prefetch in proportion, too', () => {
    const scene = new Scene().worker(1, { prefetch: 6 }).worker(2, { prefetch: 12 }).tasks(ids(1, 11));
    expect(scene.spread()).toEqual({ 1: 4, 2: 7 });
  });

  it('keeps the proportion over many small passes', () => {
    const scene = new Scene().worker(1, { concurrency: 200 }).worker(2, { concurrency: 100 }).tasks(ids(1, 150));
    const total = { 1: 0, 2: 0 };
    for (let pass = 0; pass < 10; pass += 1) {
      const spread = scene.spread(15);
      total[1] += spread[1] ?? 0;
      total[2] += spread[2] ?? 0;
    }
    expect(total).toEqual({ 1: 100, 2: 50 });
  });

  it('prefers the lower load where shares are equal, then the lower id', () => {
    const scene = new Scene().worker(1, { concurrency: 3 }).worker(3).worker(2);
    scene.opened(90, 1).opened(91, 1);
    expect(scene.tasks(ids(1, 3)).next()).toEqual(['1>2', '2>3', '3>1']);
  });
});

describe('a pass', () => {
  it('decides no more than its budget, and goes on where it stopped', () => {
    const scene = new Scene().worker(1, { concurrency: 9 }).tasks(ids(1, 5));
    expect(scene.next(0)).toEqual([]);
    expect(scene.next(2)).toEqual(['1>1', '2>1']);
    expect(scene.engine.hasWork()).toBe(true);
    expect(scene.next()).toEqual(['3>1', '4>1', '5>1']);
    expect(scene.engine.hasWork()).toBe(false);
  });

  it('shares its budget equally between batches, and leaves the rest to those that can use it', () => {
    const scene = new Scene();
    for (const batch of [1, 2, 3]) scene.worker(batch, { batch, concurrency: 100 });
    scene.tasks(ids(1, 50), { batch: 1 }).tasks([51], { batch: 2 }).tasks(ids(52, 99), { batch: 3 });
    expect(scene.spread(21)).toEqual({ 1: 10, 2: 1, 3: 10 });
  });

  it('gives every batch its turn when the budget is smaller than the number of batches', () => {
    const scene = new Scene();
    for (const batch of [1, 2, 3]) {
      scene.worker(batch, { batch, concurrency: 9 }).tasks([batch, batch + 10], { batch });
    }
    expect([scene.next(2), scene.next(2), scene.next(2)]).toEqual([
      ['1>1', '2>2'],
      ['3>3', '11>1'],
      ['12>2', '13>3'],
    ]);
  });
});

describe('what the database says afterwards', () => {
  it('a refused assignment gives the slot back, and the task is forgotten', () => {
    const scene = new Scene().worker(1).tasks([1, 2]);
    expect(scene.next()).toEqual(['1>1']);
    expect(scene.refused(1, 1).next()).toEqual(['2>1']);
  });

  it('a withdrawal that crosses the assignment changes nothing: the refusal follows', () => {
    const scene = new Scene().worker(1).tasks([1, 2]);
    scene.next();
    expect(scene.withdrawn(1).next()).toEqual([]);
    expect(scene.refused(1, 1).next()).toEqual(['2>1']);
  });

  it('an execution told of after the assignment is the same one', () => {
    const scene = new Scene().worker(1, { concurrency: 2 }).tasks([1]);
    scene.next();
    const before = scene.engine.snapshot();
    expect(scene.opened(1, 1).engine.snapshot()).toEqual(before);
  });

  it('an execution told of elsewhere moves the task there', () => {
    const scene = new Scene().worker(1).worker(2).tasks([1, 2, 3]).opened(2, 2);
    expect(scene.next()).toEqual(['1>1']);
    expect(scene.opened(1, 2).next()).toEqual(['3>1']);
  });

  it('a task ready again leaves the worker that held it, whose late end is ignored', () => {
    const scene = new Scene().worker(1).worker(2, { accepting: false }).tasks([1]);
    scene.next();
    scene.worker(1, { accepting: false }).tasks([1]).worker(2);
    expect(scene.next()).toEqual(['1>2']);
    expect(scene.ended(1, 1).worker(1).tasks([2, 3]).next()).toEqual(['2>1']);
  });

  it('an end, a refusal or a departure of what is not there is ignored', () => {
    const scene = new Scene().worker(1).tasks([1]).ended(1, 1).refused(1, 1).ended(5, 6).gone(7);
    expect(scene.next()).toEqual(['1>1']);
  });
});
