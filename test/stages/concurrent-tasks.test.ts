import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createConcurrentTasks } from '../../src/stages/concurrent-tasks.ts';

function deferred() {
  let [resolve, reject] = [(_: string) => {}, (_: Error) => {}];
  const promise = new Promise<string>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  return { promise, resolve, reject };
}

describe('concurrent tasks', () => {
  it('return their results in the order in which they were started', async () => {
    const tasks = createConcurrentTasks<string>(
      () => 3,
      (result) => result.length,
    );
    const [a, b] = [deferred(), deferred()];
    tasks.start('first', a.promise);
    tasks.start('second', b.promise);
    b.resolve('bb');
    await nextTurn();
    expect(tasks.resultSize()).toBe(2);
    a.resolve('a');
    expect([...(await tasks.results())]).toEqual([
      ['first', 'a'],
      ['second', 'bb'],
    ]);
    expect(tasks.resultSize()).toBe(3);
    expect([tasks.has('first'), tasks.has('third'), tasks.isEmpty()]).toEqual([true, false, false]);
  });

  it('wait for the oldest one when the limit is reached', async () => {
    const tasks = createConcurrentTasks<string>(
      () => 1,
      () => 0,
    );
    const work = deferred();
    await tasks.waitForSlot();
    tasks.start('a', work.promise);
    let hasSlot = false;
    const slot = tasks.waitForSlot().then(() => {
      hasSlot = true;
    });
    await nextTurn();
    expect(hasSlot).toBe(false);
    work.resolve('done');
    await slot;
    expect(hasSlot).toBe(true);
  });

  it('throw the first error, and are settled once all have ended', async () => {
    const tasks = createConcurrentTasks<string>(
      () => 1,
      () => 0,
    );
    const [bad, slow] = [deferred(), deferred()];
    tasks.start('bad', bad.promise);
    tasks.start('slow', slow.promise);
    bad.reject(new Error('broken'));
    await expect(tasks.waitForSlot()).rejects.toThrow('broken');
    await expect(tasks.results()).rejects.toThrow('broken');
    let settled = false;
    const settling = tasks.settled().then(() => {
      settled = true;
    });
    await nextTurn();
    expect(settled).toBe(false);
    slow.resolve('done');
    await settling;
  });
});
