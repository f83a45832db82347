import type { Place } from './records.ts';

/** One partition's log: offsets from `start` to before `end`. */
export interface Log {
  readonly partition: number;
  readonly start: number;
  readonly end: number;
}

/** True where a place lies inside one of the logs of its topic on this bus. */
export function liesIn(place: Place, bus: string, logs: readonly Log[]): boolean {
  return (
    place.bus === bus &&
    logs.some((log) => log.partition === place.partition && place.offset >= log.start && place.offset < log.end)
  );
}

/**
 * True where a message still waits for a consumer group: it lies in the log, at or past what the group has committed.
 * Without a commit the group begins at the log's start.
 */
export function waits(
  place: Place,
  bus: string,
  logs: readonly Log[],
  committed: ReadonlyMap<number, number>,
): boolean {
  return liesIn(place, bus, logs) && place.offset >= (committed.get(place.partition) ?? 0);
}
