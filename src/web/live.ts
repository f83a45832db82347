import { setTimeout as sleep } from 'node:timers/promises';
import { asImgpipeError, ImgpipeError } from '../domain/errors.ts';
import { alertJson } from '../operations/json/result-lines.ts';
import type { BrowsingCatalog } from '../ports/catalog/browsing.ts';
import type { OpenedCatalog } from '../ports/catalog/opened.ts';
import type { PipelineCatalog } from '../ports/catalog/pipeline.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** How far a client has read: the pipeline, and the order of the last alert that it received. */
export interface LiveCursor {
  readonly pipelineId: string;
  readonly order: number;
}

/** Streams alerts as server-sent events, as they become ready. */
export interface LiveAlerts {
  /** The cursor after the latest alert. */
  now(): Promise<LiveCursor>;
  /** The endless stream of alerts after the cursor, or after now. Throws `in_use` at the maximum number of listeners. */
  stream(after: LiveCursor | undefined): Promise<ReadableStream<Uint8Array>>;
  /** Ends all streams. */
  close(): void;
}

/** What live alerts read, and their limits. */
export interface LiveParts {
  readonly catalog: OpenedCatalog &
    Pick<PipelineCatalog, 'identity'> &
    Pick<BrowsingCatalog, 'readyAfter' | 'alertRange'>;
  readonly store: Pick<ObjectStore, 'locate'>;
  /** Between two polls of the catalog. */
  readonly pollMs?: number;
  readonly maxListeners?: number;
}

const POLL_MS = 300;
/** For so long, what one client's poll has found serves the others at the same place. */
const SHARED_MS = 50;
/** Proxies, and our own server, close a connection that is idle for long. */
const KEEP_ALIVE_MS = 10_000;
const MAX_LISTENERS = 1000;
const MAX_ALERTS_PER_POLL = 100;
/** How soon a browser reconnects. */
const RETRY = 'retry: 1000\n\n';

/** The cursor as an event id. */
export function cursorText({ pipelineId, order }: LiveCursor): string {
  return `${pipelineId}:${order}`;
}

/** Parses what `cursorText` wrote; undefined for any other text. */
export function readCursor(text: string): LiveCursor | undefined {
  const [, pipelineId, order] = /^([0-9a-f-]{36}):(\d{1,15})$/.exec(text) ?? [];
  return pipelineId === undefined ? undefined : { pipelineId, order: Number(order) };
}

/** Polls the catalog per listener and interval, so that a slow client delays no other. Those at the same place share a poll. */
export function createLiveAlerts(parts: LiveParts): LiveAlerts {
  const { catalog, store, pollMs = POLL_MS, maxListeners = MAX_LISTENERS } = parts;
  const ended = new AbortController();
  let listeners = 0;

  async function now(): Promise<LiveCursor> {
    const { pipelineId } = await catalog.identity();
    return { pipelineId, order: (await catalog.alertRange())?.lastOrder ?? 0 };
  }

  /** Whether the cursor is ahead of the catalog, which is that of a backup then. */
  async function isAhead({ order }: LiveCursor): Promise<boolean> {
    return order > ((await catalog.alertRange())?.lastOrder ?? 0);
  }

  /** The events after a cursor, and the cursor after them. A `clean` resets the cursor, and so does a backup. */
  async function next(cursor: LiveCursor): Promise<{ text: string; cursor: LiveCursor }> {
    await catalog.verify();
    const { pipelineId } = await catalog.identity();
    const ready = await catalog.readyAfter(cursor.order, MAX_ALERTS_PER_POLL);
    if (pipelineId !== cursor.pipelineId || (ready.length === 0 && (await isAhead(cursor)))) {
      const start = { pipelineId, order: 0 };
      return { text: eventText('reset', start, {}), cursor: start };
    }
    const events = ready.map(({ order, entry }) =>
      entry === undefined ? '' : eventText('alert', { pipelineId, order }, alertJson(entry, store.locate)),
    );
    return { text: events.join(''), cursor: { pipelineId, order: ready.at(-1)?.order ?? cursor.order } };
  }

  /** The polls of the last moment by their cursors, the oldest first. */
  const recent = new Map<string, { readonly at: number; readonly found: ReturnType<typeof next> }>();

  function sharedNext(cursor: LiveCursor): ReturnType<typeof next> {
    const at = performance.now();
    for (const [key, poll] of recent) {
      if (at - poll.at < SHARED_MS) break;
      recent.delete(key);
    }
    const key = cursorText(cursor);
    const poll = recent.get(key) ?? { at, found: next(cursor) };
    recent.set(key, poll);
    return poll.found;
  }

  async function* chunksAfter(start: LiveCursor, signal: AbortSignal): AsyncGenerator<string> {
    let cursor = start;
    let sentAt = performance.now();
    yield RETRY;
    while (!signal.aborted) {
      const found = await sharedNext(cursor).catch((error) => {
        // The client reconnects, and learns the error.
        if (asImgpipeError(error).blame === 'fatal') return undefined;
        // The next poll repeats one that failed.
        return { text: '', cursor };
      });
      if (found === undefined) return;
      cursor = found.cursor;
      const isIdle = performance.now() - sentAt > KEEP_ALIVE_MS;
      if (found.text !== '' || isIdle) {
        sentAt = performance.now();
        yield found.text || ': keep-alive\n\n';
      } else {
        await sleep(pollMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  return {
    now,

    async stream(after) {
      const start = after ?? (await now());
      // No await between this check and the increment: concurrent requests must not exceed the maximum.
      if (listeners >= maxListeners) {
        throw new ImgpipeError('in_use', `${listeners} clients already follow new alerts: close some of them`);
      }
      const cancelled = new AbortController();
      const leave = () => {
        listeners -= 1;
      };
      listeners += 1;
      const signal = AbortSignal.any([cancelled.signal, ended.signal]);
      signal.addEventListener('abort', leave, { once: true });
      const chunks = chunksAfter(start, signal);
      const encoder = new TextEncoder();
      // Pulled, so that a slow client buffers one chunk at most.
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await chunks.next();
            if (done) controller.close();
            else controller.enqueue(encoder.encode(value));
          },
          cancel: () => cancelled.abort(),
        },
        { highWaterMark: 0 },
      );
    },

    close: () => ended.abort(),
  };
}

function eventText(event: string, cursor: LiveCursor, data: object): string {
  return `id: ${cursorText(cursor)}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
