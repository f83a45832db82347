import { ALERT_GROUP, consumerGroup, TOPICS } from '../../domain/messages.ts';
import { type Deliverable, deliverableOf, isDeliverable } from '../../domain/record-positions.ts';
import type { OpenEvent } from '../../ports/catalog/audit.ts';
import type { EventBus, PartitionOffsets } from '../../ports/event-bus.ts';

/** The committed offsets of each consumer group, by its name. */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The logs of the topics. */
export interface Logs {
  readonly images: readonly PartitionOffsets[];
  readonly events: readonly PartitionOffsets[];
}

/**
 * Which messages will still be delivered. What this says is right if the committed offsets were read before the catalog,
 * and the logs after it: then what is being published or handled meanwhile is not taken for undelivered.
 */
export interface Deliveries {
  /** To the analyzers of a technique; null while none is in use. */
  images(technique: string | null): Deliverable;
  /** To the alert stage. */
  readonly events: Deliverable;
  /** Whether an open event will reach the alert stage. One that was never published is, together with its image's message. */
  eventWaits(event: Pick<OpenEvent, 'position' | 'imagePosition' | 'technique'>): boolean;
}

/** What the groups of these techniques, and of the alert stage, have committed. */
export async function readCommitted(
  bus: Pick<EventBus, 'committed'>,
  techniques: Iterable<string>,
): Promise<Committed> {
  const committed = new Map<string, ReadonlyMap<number, number>>();
  for (const technique of techniques) {
    const group = consumerGroup(technique);
    committed.set(group, await bus.committed(TOPICS.imageAnalysis, group));
  }
  return committed.set(ALERT_GROUP, await bus.committed(TOPICS.imageEventAlert, ALERT_GROUP));
}

export async function readLogs(bus: Pick<EventBus, 'logs'>): Promise<Logs> {
  return { images: await bus.logs(TOPICS.imageAnalysis), events: await bus.logs(TOPICS.imageEventAlert) };
}

export interface DeliveryParts {
  readonly busId: string;
  readonly committed: Committed;
  readonly logs: Logs;
  /** The technique whose analyzers images wait for while none is in use. */
  readonly defaultTechnique: string;
}

export function deliveriesOf({ busId, committed, logs, defaultTechnique }: DeliveryParts): Deliveries {
  const images = (technique: string | null) =>
    deliverableOf(busId, logs.images, committed.get(consumerGroup(technique ?? defaultTechnique)));
  const events = deliverableOf(busId, logs.events, committed.get(ALERT_GROUP));
  return {
    images,
    events,
    eventWaits: ({ position, imagePosition, technique }) =>
      position === null ? isDeliverable(imagePosition, images(technique)) : isDeliverable(position, events),
  };
}
