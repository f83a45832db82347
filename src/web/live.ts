import { setTimeout as sleep } from 'node:timers/promises';
import { ImgpipeError } from '../domain/errors.ts';
import { alertJson } from '../operations/json/result-lines.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** How far somebody has been told of alerts: in which pipeline, and of how many in the order in which they became ready. */
export interface LiveCursor {
  readonly pipelineId: string;
  readonly order: number;
}

/** Tells of alerts as server-sent events, as they become ready. */
export interface LiveAlerts {
  /** Where things stand now. */
  now(): Promise<LiveCursor>;
  /** All that comes after the cursor, or after now; without end. Throws `in_use` where too many listen already. */
  stream(after: LiveCursor | undefined): Promise<ReadableStream<Uint8Array>>;
  close(): void;
}

export interface LiveParts {
  readonly catalog: Pick<Catalog, 'identity' | 'readyAfter' | 'alertRange'>;
  readonly store: Pick<ObjectStore, 'locate'>;
  /** How often the catalog is looked at. */
  readonly everyMs?: number;
  readonly mostListeners?: number;
}

const EVERY_MS = 300;
/** A connection on which nothing comes for longer may be taken for dead. */
const SIGN_OF_LIFE_MS = 10_000;
const MAX_LISTENERS = 1000;
const MAX_AT_ONCE = 100;
/** How soon a browser that has lost the connection asks again. */
const HELLO = 'retry: 1000\n\n';

export function cursorText({ pipelineId, order }: LiveCursor): string {
  return `${pipelineId}:${order}`;
}

/** Undefined where it is none of ours. */
export function readCursor(text: string): LiveCursor | undefined {
  const [, pipelineId, order] = /^([0-9a-f-]{36}):(\d{1,15})$/.exec(text) ?? [];
  return pipelineId === undefined ? undefined : { pipelineId, order: Number(order) };
}

export function createLiveAlerts(parts: LiveParts): LiveAlerts {
  const { catalog, store, everyMs = EVERY_MS, mostListeners = MAX_LISTENERS } = parts;
  const ended = new AbortController();
  let listeners = 0;

  async function now(): Promise<LiveCursor> {
    const { pipelineId } = await catalog.identity();
    return { pipelineId, order: (await catalog.alertRange())?.lastOrder ?? 0 };
  }

  /** The events after a cursor, and the cursor after them. A pipeline that was cleaned begins anew. */
  async function next(cursor: LiveCursor): Promise<{ text: string; cursor: LiveCursor }> {
    const { pipelineId } = await catalog.identity();
    if (pipelineId !== cursor.pipelineId) {
      const begun = { pipelineId, order: 0 };
      return { text: eventText('reset', begun, {}), cursor: begun };
    }
    const ready = await catalog.readyAfter(cursor.order, MAX_AT_ONCE);
    const texts = ready.map(({ order, entry }) =>
      entry === undefined ? '' : eventText('alert', { pipelineId, order }, alertJson(entry, store.locate)),
    );
    return { text: texts.join(''), cursor: { pipelineId, order: ready.at(-1)?.order ?? cursor.order } };
  }

  async function* textsAfter(start: LiveCursor, signal: AbortSignal): AsyncGenerator<string> {
    let cursor = start;
    let toldAt = performance.now();
    yield HELLO;
    while (!signal.aborted) {
      // A catalog that does not answer for a while is asked again.
      const found = await next(cursor).catch(() => ({ text: '', cursor }));
      cursor = found.cursor;
      const late = performance.now() - toldAt > SIGN_OF_LIFE_MS;
      if (found.text !== '' || late) {
        toldAt = performance.now();
        yield found.text || ': still here\n\n';
      } else {
        await sleep(everyMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  return {
    now,

    async stream(after) {
      if (listeners >= mostListeners) {
        throw new ImgpipeError('in_use', `${listeners} others listen for new alerts already: close some of them`);
      }
      const start = after ?? (await now());
      const gone = new AbortController();
      const leave = () => {
        listeners -= 1;
      };
      listeners += 1;
      const signal = AbortSignal.any([gone.signal, ended.signal]);
      signal.addEventListener('abort', leave, { once: true });
      const texts = textsAfter(start, signal);
      const encoder = new TextEncoder();
      // Drawn from: whoever reads slowly holds nothing in memory but what he has been sent.
      return new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await texts.next();
            if (done) controller.close();
            else controller.enqueue(encoder.encode(value));
          },
          cancel: () => gone.abort(),
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
