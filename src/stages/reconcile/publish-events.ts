import { imageEventMessage, TOPICS } from '../../domain/messages.ts';
import type { Observer } from '../../domain/reports.ts';
import type { CatalogClock } from '../../ports/catalog/clock.ts';
import type { Lock } from '../../ports/catalog/locks.ts';
import type { OutcomeCatalog } from '../../ports/catalog/outcomes.ts';
import type { EventBus } from '../../ports/event-bus.ts';
import { throwIfLost } from '../locks/held-lock.ts';
import { untilStopped } from '../retry.ts';
import { isDue, MAX_PER_ROUND } from './brakes.ts';
import { type BusView, type OpenRows, undeliveredEvents } from './undelivered.ts';

export interface PublishEventsParts extends Observer {
  readonly catalog: OpenRows & CatalogClock & Pick<OutcomeCatalog, 'events' | 'fenceEvents' | 'markEventsPublished'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly pipelineId: string;
  readonly signal: AbortSignal;
  /** The lock of the events. */
  readonly lock: Pick<Lock, 'token' | 'lost'>;
}

/**
 * Publishes the events whose messages will not be delivered, at most 1,000 of them. The caller holds the lock of the events,
 * and has read the view of the bus since. Resolves with the number of events published. Throws `Stopped` once the lock is
 * lost, and `LockLost` if that shows when the positions are written.
 */
export async function publishEvents(
  { catalog, bus, pipelineId, signal, lock, onReport, onStep }: PublishEventsParts,
  view: BusView,
): Promise<number> {
  const now = await catalog.now();
  const numbers: number[] = [];
  for await (const page of undeliveredEvents(catalog, view)) {
    numbers.push(...page.filter((event) => isDue(event, now)).map(({ number }) => number));
    if (numbers.length >= MAX_PER_ROUND) break;
  }
  const rows = (await catalog.events(numbers.slice(0, MAX_PER_ROUND))).flatMap((row) => row ?? []);
  if (rows.length === 0) return 0;
  throwIfLost(lock.lost);
  await catalog.fenceEvents(lock.token);
  const messages = rows.map((event) => imageEventMessage(pipelineId, event));
  const positions = await untilStopped(bus.publish(TOPICS.imageEventAlert, messages), signal);
  await onStep?.('reconcile:published');
  await catalog.markEventsPublished(
    rows.flatMap(({ number }, index) => {
      const position = positions[index];
      return position === undefined ? [] : [{ number, position }];
    }),
    lock.token,
  );
  onReport?.({ kind: 'recovered_events', events: rows.length });
  return rows.length;
}
