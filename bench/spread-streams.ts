import { partitionOf } from './partition-of.ts';

/** As many as a new topic gets. */
export const PARTITIONS = 6;

/**
 * The first of `camera-1`, `camera-2` … of which each partition gets so many: names fall over the partitions by their
 * digest, and twelve of them can leave one without any.
 */
export function spreadStreams(perPartition: number): string[] {
  const byPartition = new Map<number, string[]>();
  const streams: string[] = [];
  for (let number = 1; streams.length < PARTITIONS * perPartition; number += 1) {
    const stream = `camera-${number}`;
    const partition = partitionOf(stream, PARTITIONS);
    const there = byPartition.get(partition) ?? [];
    if (there.length === perPartition) continue;
    byPartition.set(partition, [...there, stream]);
    streams.push(stream);
  }
  return streams;
}
