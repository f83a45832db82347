import type { RecordPosition } from './records.ts';

/** The log of a partition: offsets from `start` up to, not including, `end`. */
export interface Log {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** The positions whose messages a consumer group is still to be delivered. */
export interface Deliverable {
  readonly bus: string;
  /** Offsets from `from` up to, not including, `to`. */
  readonly ranges: readonly { readonly partition: number; readonly from: number; readonly to: number }[];
}

/**
 * What a consumer group with these committed offsets is still to be delivered. A partition without a committed offset
 * starts at its log's start, and so does one whose committed offset is above its log's end: that log is a new one.
 */
export function deliverableOf(
  bus: string,
  logs: readonly Log[],
  committed: ReadonlyMap<number, number> | undefined,
): Deliverable {
  const ranges = logs.map(({ partition, start, end }) => {
    const next = committed?.get(partition) ?? start;
    return { partition, from: next > end ? start : Math.max(start, next), to: end };
  });
  return { bus, ranges };
}

/** Whether the message at a position will be delivered; `false` without a position. */
export function isDeliverable(position: RecordPosition | null, { bus, ranges }: Deliverable): boolean {
  return (
    position?.bus === bus &&
    ranges.some(
      ({ partition, from, to }) => partition === position.partition && position.offset >= from && position.offset < to,
    )
  );
}
