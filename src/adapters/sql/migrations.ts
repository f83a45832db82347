/**
 * Migrations of the catalog in both databases, in SQLite's words for types. A released migration never changes.
 */

/** Lists by time: of events, which had no time of their own, of the images of a stream, and of the alerts of a stream. */
export const LISTS_BY_TIME = `
ALTER TABLE event ADD COLUMN listed_at TEXT;
UPDATE event SET listed_at = coalesce(
  (SELECT i.captured_at FROM image i WHERE i.stream = event.stream AND i.number = event.image),
  (SELECT o.analyzed_at FROM outcome o
   WHERE o.technique = event.technique AND o.stream = event.stream AND o.number = event.image));
CREATE INDEX event_by_time ON event (listed_at);
CREATE INDEX event_by_stream_time ON event (stream, listed_at);
CREATE INDEX image_by_time ON image (stream, coalesce(captured_at, received_at), number);
CREATE INDEX alert_by_stream_time ON alert (stream, listed_at) WHERE stream IS NOT NULL;
`;
