import { Stopped } from '../domain/errors.ts';
import type { Observer } from '../domain/reports.ts';
import type { ImageRange, OutcomeCatalog, RangeTally } from '../ports/catalog/outcomes.ts';
import type { EventBus } from '../ports/event-bus.ts';
import { consume, type Stage } from './consume/consume.ts';
import type { Received } from './receive/intake.ts';
import { pause, withRetry } from './retry.ts';

export interface RunParts extends Observer {
  readonly catalog: Pick<OutcomeCatalog, 'firstOpen' | 'tally'>;
  readonly bus: EventBus;
  readonly analyze: Stage;
  readonly alert: Stage;
  /** Receives until the source ends. Its signal also aborts when a consumer fails. */
  readonly receive: (signal: AbortSignal) => Promise<Received>;
  readonly stream: string;
  readonly technique: string;
  readonly signal: AbortSignal;
  /** Aborts when a lock of the analyze stage or the pipeline's lock is lost. */
  readonly lost: AbortSignal;
}

/** What was received, and what it has led to. */
export interface RunResult extends Received, RangeTally {}

/** How often to check in the catalog whether all images are handled. */
const POLL_MS = 25;

/**
 * Runs the three stages in one process. Resolves once the images that it received have their outcomes and alerts,
 * whichever process handled them. After the signal, it finishes what is in flight.
 */
export async function run(parts: RunParts): Promise<RunResult> {
  const { catalog, stream, technique, signal } = parts;
  const failed = new AbortController();
  const done = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const consuming = [parts.analyze, parts.alert].map((stage) =>
    consume(stage, { ...parts, drain: false, signal: AbortSignal.any([either, done.signal]) }).catch((error) => {
      failed.abort(error);
    }),
  );
  try {
    const received = await parts.receive(either);
    const { numbers } = received;
    if (numbers === undefined) return { ...received, events: 0, alerts: 0, deadLetters: 0 };
    await untilHandled(catalog, technique, { stream, ...numbers }, either);
    return { ...received, ...(await catalog.tally(technique, { stream, ...numbers })) };
  } catch (error) {
    // The consumer's failure is the cause. That the receiver stopped is its consequence.
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    done.abort();
    await Promise.all(consuming);
  }
}

/** Resolves once every image of the range has its outcome and every event its alert. */
async function untilHandled(
  catalog: Pick<OutcomeCatalog, 'firstOpen'>,
  technique: string,
  { stream, first, last }: ImageRange,
  signal: AbortSignal,
): Promise<void> {
  for (let from = first; ; ) {
    const range = { stream, first: from, last };
    const open = await withRetry({ stage: 'analyze', signal }, () => catalog.firstOpen(technique, range));
    if (open === undefined) return;
    if (signal.aborted) throw new Stopped();
    from = open;
    await pause(POLL_MS, signal);
  }
}
