import { Stopped } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { RangeTally } from '../ports/catalog/outcomes.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { consume, type Stage } from './consume.ts';
import type { Received } from './receive.ts';
import { pause, withRetry } from './retry.ts';

export interface RunParts extends Observer {
  readonly catalog: Catalog;
  readonly bus: EventBus;
  readonly analyze: Stage;
  readonly alert: Stage;
  /** Receives all there is to receive; it is given the signal that also ends when a consumer fails. */
  readonly receive: (signal: AbortSignal) => Promise<Received>;
  readonly stream: string;
  readonly technique: string;
  readonly signal: AbortSignal;
}

/** What was received, and what it has led to. */
export interface RunResult extends Received, RangeTally {}

/** How often the catalog is asked what is still open. */
const ASK_MS = 25;

/**
 * The three stages in one process. Ends when the images that it received have their outcomes and alerts, whoever
 * handled them; told to stop, it finishes what is in hand.
 */
export async function run(parts: RunParts): Promise<RunResult> {
  const { catalog, bus, stream, technique, signal } = parts;
  const failed = new AbortController();
  const done = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const consuming = [parts.analyze, parts.alert].map((stage) =>
    consume(stage, { ...parts, bus, drain: false, signal: AbortSignal.any([either, done.signal]) }).catch((error) => {
      failed.abort(error);
    }),
  );
  try {
    const received = await parts.receive(either);
    await untilClosed(catalog, { stream, technique, numbers: received.numbers, signal: either });
    return { ...received, ...(await tally(catalog, stream, technique, received.numbers)) };
  } catch (error) {
    // The consumer's failure is the reason; that the receiver stopped is its consequence.
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    done.abort();
    await Promise.all(consuming);
  }
}

async function untilClosed(
  catalog: Catalog,
  what: { stream: string; technique: string; numbers: Received['numbers']; signal: AbortSignal },
): Promise<void> {
  const { stream, technique, numbers, signal } = what;
  const retry = { stage: 'analyze', signal } as const;
  if (numbers === undefined) return;
  for (let from = numbers.first; ; ) {
    const last = numbers.last;
    const open = await withRetry(retry, () => catalog.firstOpen(technique, { stream, first: from, last }));
    if (open === undefined) return;
    if (signal.aborted) throw new Stopped();
    from = open;
    await pause(ASK_MS, signal);
  }
}

async function tally(catalog: Catalog, stream: string, technique: string, numbers: Received['numbers']) {
  if (numbers === undefined) return { events: 0, alerts: 0, deadLetters: 0 };
  return catalog.tally(technique, { stream, ...numbers });
}
