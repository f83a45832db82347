import { ALERT_GROUP, consumerGroup, TOPICS } from '../domain/messages.ts';
import { type Log, willBeDelivered } from '../domain/record-positions.ts';
import type { RecordPosition } from '../domain/records.ts';
import type { OffsetRange, OpenEvent, OpenImage, OpenRanges } from '../ports/catalog/audit.ts';
import type { EventBus, PartitionOffsets } from '../ports/event-bus.ts';

/** The committed offsets of each consumer group, read before the catalog. */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The logs, read after the catalog. */
export interface Logs {
  readonly images: readonly PartitionOffsets[];
  readonly events: readonly PartitionOffsets[];
}

/** What the groups of these techniques, and of the alert stage, have committed. */
export async function readCommitted(bus: EventBus, techniques: Iterable<string>): Promise<Committed> {
  const committed = new Map<string, ReadonlyMap<number, number>>();
  for (const technique of techniques) {
    const group = consumerGroup(technique);
    committed.set(group, await bus.committed(TOPICS.imageAnalysis, group));
  }
  return committed.set(ALERT_GROUP, await bus.committed(TOPICS.imageEventAlert, ALERT_GROUP));
}

export async function readLogs(bus: EventBus): Promise<Logs> {
  return { images: await bus.logs(TOPICS.imageAnalysis), events: await bus.logs(TOPICS.imageEventAlert) };
}

/** Decides what waits and what is lost. An image or event is lost if its message is already committed, or is not in the log. */
export interface Balance {
  /** Whether the message of an open image will be delivered, or is still to be published. */
  imageWaits(image: OpenImage): boolean;
  /** Whether the message of an open event will be delivered. An unpublished one is published only if its image's is delivered. */
  eventWaits(event: OpenEvent): boolean;
  /** Whether all messages within these ranges will be delivered. */
  allWait(ranges: OpenRanges): boolean;
}

export interface BalanceParts {
  readonly busId: string;
  readonly committed: Committed;
  readonly logs: Logs;
  /** The technique that images wait for while none is in use. */
  readonly defaultTechnique: string;
}

export function createBalance({ busId, committed, logs, defaultTechnique }: BalanceParts): Balance {
  const isDelivered = (position: RecordPosition, within: readonly Log[], group: string) =>
    willBeDelivered(position, busId, within, committed.get(group) ?? new Map());
  const isImageDelivered = (position: RecordPosition, technique: string | null) =>
    isDelivered(position, logs.images, consumerGroup(technique ?? defaultTechnique));
  const isEventDelivered = (position: RecordPosition) => isDelivered(position, logs.events, ALERT_GROUP);
  return {
    imageWaits: ({ position, technique }) => position === null || isImageDelivered(position, technique),
    eventWaits: ({ position, imagePosition, technique }) => {
      if (position !== null) return isEventDelivered(position);
      return imagePosition === null || isImageDelivered(imagePosition, technique);
    },
    // Each partition delivers one range of offsets: if both ends are delivered, so is everything between them.
    allWait: ({ images, events }) =>
      images.every((range) =>
        endsOf(range, TOPICS.imageAnalysis).every((position) => isImageDelivered(position, range.technique)),
      ) && events.every((range) => endsOf(range, TOPICS.imageEventAlert).every(isEventDelivered)),
  };
}

function endsOf({ bus, partition, lowest, highest }: OffsetRange, topic: string): RecordPosition[] {
  return [lowest, highest].map((offset) => ({ bus, topic, partition, offset }));
}
