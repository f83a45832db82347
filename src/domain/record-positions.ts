import type { RecordPosition } from './records.ts';

/** One partition's log: offsets from `start` to before `end`. */
export interface Log {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** True where a place lies inside one of the logs of its topic on this bus. */
export function isInLog(position: RecordPosition, bus: string, logs: readonly Log[]): boolean {
  return (
    position.bus === bus &&
    logs.some(
      (log) => log.partition === position.partition && position.offset >= log.start && position.offset < log.end,
    )
  );
}

/**
 * True where a message still waits for a consumer group: it lies in the log, at or past what the group has committed.
 * Without a commit the group begins at the log's start.
 */
export function willBeDelivered(
  position: RecordPosition,
  bus: string,
  logs: readonly Log[],
  committed: ReadonlyMap<number, number>,
): boolean {
  return isInLog(position, bus, logs) && position.offset >= (committed.get(position.partition) ?? 0);
}
