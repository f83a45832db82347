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
    const ahead = createConcurrentTasks<string>(
      () => 3,
      (result) => result.length,
    );
    const [a, b] = [deferred(), deferred()];
    ahead.begin('first', a.promise);
    ahead.begin('second', b.promise);
    b.resolve('bb');
    await nextTurn();
    expect(ahead.size()).toBe(2);
    a.resolve('a');
    expect([...(await ahead.all())]).toEqual([
      ['first', 'a'],
      ['second', 'bb'],
    ]);
    expect(ahead.size()).toBe(3);
    expect([ahead.has('first'), ahead.has('third'), ahead.begun()]).toEqual([true, false, true]);
  });

  it('waits for the oldest where there is no room', async () => {
    const ahead = createConcurrentTasks<string>(
      () => 1,
      () => 0,
    );
    const work = deferred();
    await ahead.room();
    ahead.begin('a', work.promise);
    let hasRoom = false;
    const room = ahead.room().then(() => {
      hasRoom = true;
    });
    await nextTurn();
    expect(hasRoom).toBe(false);
    work.resolve('done');
    await room;
    expect(hasRoom).toBe(true);
  });

  it('tells what the first of it threw, and is settled only once all of it has ended', async () => {
    const ahead = createConcurrentTasks<string>(
      () => 1,
      () => 0,
    );
    const [bad, slow] = [deferred(), deferred()];
    ahead.begin('bad', bad.promise);
    ahead.begin('slow', slow.promise);
    bad.reject(new Error('broken'));
    await expect(ahead.room()).rejects.toThrow('broken');
    await expect(ahead.all()).rejects.toThrow('broken');
    let settled = false;
    const settling = ahead.settled().then(() => {
      settled = true;
    });
    await nextTurn();
    expect(settled).toBe(false);
    slow.resolve('at last');
    await settling;
  });
});
