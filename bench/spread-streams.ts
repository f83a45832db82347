import { partitionOf } from './partition-of.ts';

/** The number of partitions of a new topic. */
export const PARTITIONS = 6;

/**
 * The first streams of `camera-1`, `camera-2` … that give each partition `perPartition` streams. Names are hashed to
 * partitions: twelve arbitrary ones may leave a partition empty.
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
