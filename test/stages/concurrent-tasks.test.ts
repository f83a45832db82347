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

describe('work that is begun ahead', () => {
  it('has its results in the order in which it was begun, whatever ends first', async () => {
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

  it('waits for the oldest where there is no room', async () => {
    const tasks = createConcurrentTasks<string>(
      () => 1,
      () => 0,
    );
    const work = deferred();
    await tasks.waitForSlot();
    tasks.start('a', work.promise);
    let hasRoom = false;
    const room = tasks.waitForSlot().then(() => {
      hasRoom = true;
    });
    await nextTurn();
    expect(hasRoom).toBe(false);
    work.resolve('done');
    await room;
    expect(hasRoom).toBe(true);
  });

  it('tells what the first of it threw, and is settled only once all of it has ended', async () => {
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
    slow.resolve('at last');
    await settling;
  });
});
