import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createMemoryGate } from '../../../../src/adapters/pixels/workers/memory-gate.ts';

/** Work that ends when it is told to, and notes when it begins. */
function pieces(gate = createMemoryGate({ pieces: 2, bytes: 100 })) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name);
      ends.set(name, () => resolve(name));
    });
  return {
    gate,
    begun,
    work,
    end: async (name: string) => {
      ends.get(name)?.();
      await nextTurn();
    },
  };
}

describe('the gate to the workers', () => {
  it('lets in so many pieces of work at a time, in the order of asking', async () => {
    const { gate, begun, work, end } = pieces();
    const all = ['a', 'b', 'c'].map((name) => gate.within(1, work(name)));
    await nextTurn();
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  });

  it('lets in no more bytes than there is room for, and nothing small past something large', async () => {
    const { gate, begun, work, end } = pieces(createMemoryGate({ pieces: 9, bytes: 100 }));
    const all = [gate.within(60, work('a')), gate.within(50, work('large')), gate.within(10, work('small'))];
    await nextTurn();
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'large', 'small']);
    await end('large');
    await end('small');
    await Promise.all(all);
  });

  it.each([101, 1e12])('lets in what takes more than there is, %i bytes, alone', async (bytes) => {
    const { gate, begun, work, end } = pieces();
    const all = [gate.within(1, work('a')), gate.within(bytes, work('huge')), gate.within(1, work('b'))];
    await nextTurn();
    expect(begun).toEqual(['a']);
    await end('a');
    expect(begun).toEqual(['a', 'huge']);
    await end('huge');
    expect(begun).toEqual(['a', 'huge', 'b']);
    await end('b');
    await Promise.all(all);
  });

  it('has room again after work that failed', async () => {
    const { gate, begun, work, end } = pieces(createMemoryGate({ pieces: 1, bytes: 1 }));
    await expect(gate.alone(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    const next = gate.alone(work('next'));
    await nextTurn();
    expect(begun).toEqual(['next']);
    await end('next');
    await next;
  });
});
