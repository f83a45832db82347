import { describe, expect, it } from 'vitest';
import { createMemoryBus, newMemoryBusState } from '../../../src/adapters/memory/event-bus.ts';
import { eventBusContract } from '../../contracts/event-bus.ts';

describe('the bus in memory', () => {
  eventBusContract(async () => {
    const state = newMemoryBusState();
    return {
      open: async (owner) => {
        const bus = createMemoryBus(state, owner);
        return { bus, close: () => bus.close() };
      },
    };
  });

  it('reports the active consumer to one on standby', async () => {
    const state = newMemoryBusState();
    const stop = new AbortController();
    const options = { topic: 't', group: 'g', signal: stop.signal, drain: false, onChunk: async () => {} };
    const first = createMemoryBus(state, 'the first').consume(options);
    const holder = await new Promise((resolve) => {
      const second = createMemoryBus(state, 'the second');
      void second.consume({ ...options, onNotice: resolve });
    });
    expect(holder).toEqual({ kind: 'standing_by', holder: 'the first' });
    stop.abort();
    await first;
  });

  it('loses messages on demand: its logs then have the remaining ones', async () => {
    const bus = createMemoryBus();
    await bus.publish(
      't',
      [0, 1, 2, 3].map((number) => ({ key: 'k', headers: {}, value: String(number) })),
    );
    bus.faults.loseMessages('t', [0, 3]);
    expect(await bus.logs('t')).toEqual([{ partition: 0, start: 1, end: 3 }]);
    bus.faults.loseMessages('t');
    expect(await bus.logs('t')).toEqual([{ partition: 0, start: 4, end: 4 }]);
  });
});
