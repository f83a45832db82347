import { ALERT_GROUP, consumerGroup } from '../domain/consumer-groups.ts';
import { TOPICS } from '../domain/messages.ts';
import { type Log, willBeDelivered } from '../domain/record-positions.ts';
import { imageName } from '../domain/records.ts';
import type { Audit, Fault } from '../ports/catalog/former-audit.ts';
import type { EventBus, PartitionOffsets } from '../ports/event-bus.ts';

/** How far each consumer group has come, read before the catalog's snapshot. */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface Balance {
  /** What still waits: images for an outcome, events for their alert. */
  readonly waiting: { readonly analysis: number; readonly alert: number };
  /** Images and events that nothing will come for: their message is committed, or no longer in the log. */
  readonly lost: readonly Fault[];
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

/** The logs as they are now, read after the catalog's snapshot. */
export interface Logs {
  readonly images: readonly PartitionOffsets[];
  readonly events: readonly PartitionOffsets[];
}

export async function readLogs(bus: EventBus): Promise<Logs> {
  return { images: await bus.logs(TOPICS.imageAnalysis), events: await bus.logs(TOPICS.imageEventAlert) };
}

/** Tells what waits from what is lost. */
export function balance(audit: Audit, committed: Committed, logs: Logs, busId: string): Balance {
  const group = (name: string) => committed.get(name) ?? new Map<number, number>();
  const stillWaits = (position: Parameters<typeof willBeDelivered>[0], within: readonly Log[], name: string) =>
    willBeDelivered(position, busId, within, group(name));

  const waitingImages = new Set<string>();
  const lost: Fault[] = [];
  for (const { image, technique, position } of audit.openImages) {
    if (position === null || stillWaits(position, logs.images, consumerGroup(technique)))
      waitingImages.add(imageName(image));
    else
      lost.push({ key: `image ${imageName(image)}`, what: `no outcome of ${technique}, and its message is gone by` });
  }
  let waitingEvents = 0;
  for (const { number, technique, position, imagePosition } of audit.openEvents) {
    // An event that is not published comes again with its image's message, and only then.
    const comes =
      position === null
        ? imagePosition === null || stillWaits(imagePosition, logs.images, consumerGroup(technique))
        : stillWaits(position, logs.events, ALERT_GROUP);
    if (comes) waitingEvents += 1;
    else lost.push({ key: `event ${number}`, what: 'no alert, and its message is gone by' });
  }
  return { waiting: { analysis: waitingImages.size, alert: waitingEvents }, lost };
}
