import type { RecordPosition } from './records.ts';

/** The log of a partition: offsets from `start` up to, not including, `end`. */
export interface Log {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** Whether a position is within one of the logs of its topic on this bus. */
export function isInLog(position: RecordPosition, bus: string, logs: readonly Log[]): boolean {
  return (
    position.bus === bus &&
    logs.some(
      (log) => log.partition === position.partition && position.offset >= log.start && position.offset < log.end,
    )
  );
}

/**
 * Whether a consumer group will receive a message: it is in the log, at or after the committed offset. A group without
 * a committed offset starts at the log's start.
 */
export function willBeDelivered(
  position: RecordPosition,
  bus: string,
  logs: readonly Log[],
  committed: ReadonlyMap<number, number>,
): boolean {
  return isInLog(position, bus, logs) && position.offset >= (committed.get(position.partition) ?? 0);
}
