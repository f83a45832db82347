import { describe, expect, test } from 'vitest';
import { createMemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { ImgpipeError } from '../../src/domain/errors.ts';
import { createLiveAlerts } from '../../src/web/live.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startViewer, type Viewer } from '../support/viewer.ts';

interface LiveEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Listens until `count` events have arrived, then closes the connection. */
async function listen(
  viewer: Viewer,
  count: number,
  given: { after?: string; lastEventId?: string } = {},
): Promise<LiveEvent[]> {
  const cut = new AbortController();
  const query = given.after === undefined ? '' : `?after=${given.after}`;
  const response = await viewer.get(`/live${query}`, {
    signal: cut.signal,
    headers: { ...(given.lastEventId !== undefined && { 'Last-Event-ID': given.lastEventId }) },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: LiveEvent[] = [];
  let text = '';
  for await (const bytes of response.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(bytes).toString();
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
      if (id && event && data) events.push({ id, event, data: JSON.parse(data) });
      text = text.slice(end + 2);
    }
    if (events.length >= count) break;
  }
  cut.abort();
  return events;
}

const alertsOf = (events: readonly LiveEvent[]) => events.map(({ data }) => data['alert']);

describe('live alerts', () => {
  test('arrive as they become ready, and resume after the last one received without a gap', async () => {
    const data = temporaryFolder();
    const run = (count: number) => imgpipe(['run', '--count', String(count), '--data', data]);
    await run(4);
    const viewer = await startViewer(data);
    const hearing = listen(viewer, 2);
    const [heard] = await Promise.all([hearing, run(8)]);
    expect(alertsOf(heard)).toEqual([2, 3]);
    expect(heard[0]).toMatchObject({
      event: 'alert',
      data: { type: 'alert', stream: 'default', image: 7, kind: 'changed' },
    });
    await run(8);
    expect(alertsOf(await listen(viewer, 3, { lastEventId: heard[0]?.id ?? '' }))).toEqual([3, 4, 5]);
    expect(alertsOf(await listen(viewer, 2, { after: heard[1]?.id ?? '' }))).toEqual([4, 5]);
  });

  test('restart with a reset event after a clean', async () => {
    const data = temporaryFolder();
    await imgpipe(['run', '--count', '4', '--data', data]);
    const viewer = await startViewer(data);
    const page = await (await viewer.get('/')).text();
    const [, after = ''] = /\/live\?after=([0-9a-f-]{36}:\d+)/.exec(page) ?? [];
    await imgpipe(['clean', '--yes', '--data', data]);
    await imgpipe(['run', '--count', '4', '--data', data]);
    const events = await listen(viewer, 2, { after });
    expect(events.map(({ event }) => event)).toEqual(['reset', 'alert']);
    expect(alertsOf(events)).toEqual([undefined, 1]);
  });

  test('of the front page are those that it does not show yet', async () => {
    const data = temporaryFolder();
    await imgpipe(['run', '--count', '4', '--data', data]);
    const viewer = await startViewer(data);
    const page = await (await viewer.get('/')).text();
    const [, after = ''] = /\/live\?after=([0-9a-f-]{36}:\d+)/.exec(page) ?? [];
    await imgpipe(['run', '--count', '4', '--data', data]);
    expect(alertsOf(await listen(viewer, 1, { after }))).toEqual([2]);
  });
});

const catalog = {
  verify: async () => {},
  identity: async () => ({
    pipelineId: 'p',
    formerIds: [],
    busId: null,
    busAddress: null,
    cleaning: false,
    transfer: null,
  }),
  alertRange: async () => undefined,
  readyAfter: async () => [],
};

/** All text of a stream of live alerts until it ends, or until it has this text. */
async function textOf(stream: ReadableStream<Uint8Array>, until?: string): Promise<string> {
  let text = '';
  for await (const bytes of stream) {
    text += Buffer.from(bytes).toString();
    if (until !== undefined && text.includes(until)) break;
  }
  return text;
}

const store = { locate: (key: string) => key };

test('end once the catalog is no longer the one that was opened, so that clients reconnect and learn it', async () => {
  const replaced = createMemoryCatalog();
  const live = createLiveAlerts({ catalog: replaced, store, pollMs: 1 });
  const stream = await live.stream(undefined);
  await replaced.faults.replaceCatalog();
  expect(await textOf(stream)).toBe('retry: 1000\n\n');
});

test('continue after a poll that failed', async () => {
  let polls = 0;
  const failing = {
    ...catalog,
    verify: async () => {
      polls += 1;
      if (polls < 3) throw new ImgpipeError('catalog_unavailable', 'the disk does not respond');
    },
  };
  const live = createLiveAlerts({ catalog: failing, store, pollMs: 1 });
  expect(await textOf(await live.stream({ pipelineId: 'another', order: 0 }), 'reset')).toContain('event: reset');
  expect(polls).toBe(3);
});

test('restart with a reset event on a backup that has fewer alerts', async () => {
  const restored = { ...catalog, alertRange: async () => ({ first: 1, last: 2, lastOrder: 2 }) };
  const live = createLiveAlerts({ catalog: restored, store, pollMs: 1 });
  const after = { pipelineId: 'p', order: 3 };
  expect(await textOf(await live.stream(after), 'reset')).toContain('id: p:0\nevent: reset');
});

test('listeners are limited, also those that arrive at the same time', async () => {
  const live = createLiveAlerts({ catalog, store, maxListeners: 2 });
  const results = await Promise.allSettled(Array.from({ length: 5 }, () => live.stream(undefined)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
  expect(errors).toEqual(['in_use', 'in_use', 'in_use']);
  const [first] = results;
  if (first?.status === 'fulfilled') await first.value.cancel();
  await expect(live.stream(undefined)).resolves.toBeInstanceOf(ReadableStream);
  live.close();
});

test('of listeners at the same place share a poll', async () => {
  let polls = 0;
  const counted = {
    ...catalog,
    readyAfter: async () => {
      polls += 1;
      return [];
    },
  };
  const live = createLiveAlerts({ catalog: counted, store });
  const after = { pipelineId: 'another', order: 0 };
  const streams = await Promise.all(Array.from({ length: 20 }, () => live.stream(after)));
  const texts = await Promise.all(streams.map((stream) => textOf(stream, 'reset')));
  live.close();
  expect(texts.every((text) => text.includes('event: reset'))).toBe(true);
  expect(polls).toBeLessThan(20);
});
