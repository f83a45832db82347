import { ALERT_GROUP, consumerGroup } from '../domain/consumer-groups.ts';
import { TOPICS } from '../domain/messages.ts';
import { type Log, willBeDelivered } from '../domain/record-positions.ts';
import type { RecordPosition } from '../domain/records.ts';
import type { OffsetRange, OpenEvent, OpenImage, OpenRanges } from '../ports/catalog/audit.ts';
import type { EventBus, PartitionOffsets } from '../ports/event-bus.ts';

/** How far each consumer group has come, read before the catalog. */
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

/** Tells what waits from what is lost: whose message is committed already, or is not in the log. */
export interface Balance {
  /** Whether the message of an open image will come; an unpublished one is still to be published. */
  imageWaits(image: OpenImage): boolean;
  /** Whether the message of an open event will come. An unpublished one comes again with its image's, and only then. */
  eventWaits(event: OpenEvent): boolean;
  /** Whether all published things within these ranges wait. */
  allWait(ranges: OpenRanges): boolean;
}

export interface BalanceParts {
  readonly busId: string;
  readonly committed: Committed;
  readonly logs: Logs;
  /** What images are owed to while no technique is in use. */
  readonly defaultTechnique: string;
}

export function createBalance({ busId, committed, logs, defaultTechnique }: BalanceParts): Balance {
  const comes = (position: RecordPosition, within: readonly Log[], group: string) =>
    willBeDelivered(position, busId, within, committed.get(group) ?? new Map());
  const imageComes = (position: RecordPosition, technique: string | null) =>
    comes(position, logs.images, consumerGroup(technique ?? defaultTechnique));
  const eventComes = (position: RecordPosition) => comes(position, logs.events, ALERT_GROUP);
  return {
    imageWaits: ({ position, technique }) => position === null || imageComes(position, technique),
    eventWaits: ({ position, imagePosition, technique }) => {
      if (position !== null) return eventComes(position);
      return imagePosition === null || imageComes(imagePosition, technique);
    },
    // Each partition delivers one range of offsets: what lies between two that come comes too.
    allWait: ({ images, events }) =>
      images.every((range) =>
        endsOf(range, TOPICS.imageAnalysis).every((position) => imageComes(position, range.technique)),
      ) && events.every((range) => endsOf(range, TOPICS.imageEventAlert).every(eventComes)),
  };
}

function endsOf({ bus, partition, lowest, highest }: OffsetRange, topic: string): RecordPosition[] {
  return [lowest, highest].map((offset) => ({ bus, topic, partition, offset }));
}
