import { ALERT_GROUP, TOPICS } from '../domain/messages.ts';
import type { EventBus, PartitionOffsets } from '../ports/event-bus.ts';
import type { Committed, Logs } from './balance.ts';

/** The progress of a consumer group in a topic. */
export interface GroupLag {
  /** Their names on the broker. */
  readonly topic: string;
  readonly group: string;
  /** The consumers in the group, according to the broker. */
  readonly members: readonly string[];
  /** The messages that wait, in all partitions. */
  readonly lag: number;
  readonly partitions: readonly PartitionLag[];
}

export interface PartitionLag extends PartitionOffsets {
  /** The committed offset: the next one to consume; null if the group has not committed one. */
  readonly committed: number | null;
  readonly lag: number;
}

/** The lag of each group. A partition without a commit counts from its log's start. */
export async function groupLags(bus: EventBus, committed: Committed, logs: Logs): Promise<GroupLag[]> {
  return Promise.all(
    [...committed].map(async ([group, offsets]) => {
      const isAlert = group === ALERT_GROUP;
      const partitions = (isAlert ? logs.events : logs.images).map((log) => lagOf(log, offsets.get(log.partition)));
      return {
        topic: bus.nameOf(isAlert ? TOPICS.imageEventAlert : TOPICS.imageAnalysis),
        group: bus.nameOf(group),
        members: await bus.members(group),
        lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
        partitions,
      };
    }),
  );
}

function lagOf(log: PartitionOffsets, committed: number | undefined): PartitionLag {
  const next = Math.max(committed ?? log.start, log.start);
  return { ...log, committed: committed ?? null, lag: Math.max(0, log.end - next) };
}

/** Notes on groups with more members than streams: a stream is on one partition, which only one member consumes. */
export function idleMembers(lags: readonly GroupLag[], streams: readonly { readonly stream: string }[]): string[] {
  if (streams.length === 0) return [];
  return lags
    .filter(({ members }) => members.length > streams.length)
    .map(({ group, members }) => {
      const whose = streams.length === 1 ? `the only stream, ${streams[0]?.stream}, is` : 'each stream is';
      return `${group} has ${members.length} members for ${streams.length} ${streams.length === 1 ? 'stream' : 'streams'}: ${whose} on one partition, which only one member consumes, so at most ${streams.length} of them ${streams.length === 1 ? 'has' : 'have'} work`;
    });
}
