import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryGate } from '../../../../src/adapters/pixels/workers/memory-gate.ts';

/** Tasks that end on demand, and a record of those that have started. */
function controlledTasks(gate = createMemoryGate({ tasks: 2, bytes: 100 })) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () =>
    new Promise<string>((resolve) => {
      started.push(name);
      ends.set(name, () => resolve(name));
    });
  return {
    gate,
    started,
    task,
    end: async (name: string) => {
      ends.get(name)?.();
      await nextTurn();
    },
  };
}

describe('the memory gate', () => {
  it('limits the number of concurrent tasks and keeps their order', async () => {
    const { gate, started, task, end } = controlledTasks();
    const all = ['a', 'b', 'c'].map((name) => gate.run(1, task(name)));
    await nextTurn();
    expect(started).toEqual(['a', 'b']);
    await end('b');
    expect(started).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  });

  it('limits the total memory, and does not let small tasks overtake a large one', async () => {
    const { gate, started, task, end } = controlledTasks(createMemoryGate({ tasks: 9, bytes: 100 }));
    const all = [gate.run(60, task('a')), gate.run(50, task('large')), gate.run(10, task('small'))];
    await nextTurn();
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'large', 'small']);
    await end('large');
    await end('small');
    await Promise.all(all);
  });

  it.each([101, 1e12])('runs a task that exceeds the limit, with %i bytes, alone', async (bytes) => {
    const { gate, started, task, end } = controlledTasks();
    const all = [gate.run(1, task('a')), gate.run(bytes, task('huge')), gate.run(1, task('b'))];
    await nextTurn();
    expect(started).toEqual(['a']);
    await end('a');
    expect(started).toEqual(['a', 'huge']);
    await end('huge');
    expect(started).toEqual(['a', 'huge', 'b']);
    await end('b');
    await Promise.all(all);
  });

  it('releases the memory of a task that failed', async () => {
    const { gate, started, task, end } = controlledTasks(createMemoryGate({ tasks: 1, bytes: 1 }));
    await expect(gate.runAlone(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const next = gate.runAlone(task('next'));
    await nextTurn();
    expect(started).toEqual(['next']);
    await end('next');
    await next;
  });
});
