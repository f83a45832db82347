import { SCHEMA_VERSION } from './schema.ts';

/** The oldest version of a catalog that readers, which never migrate, can read. */
export const MIN_READ_VERSION = SCHEMA_VERSION - 1;

/**
 * What a catalog of version `MIN_READ_VERSION` lacks, as temporary views with the names and columns of today's tables:
 * all queries read them like tables. A view counts what today's triggers have counted, so that reading is slower.
 */
export const PREVIOUS_VIEWS = `
CREATE TEMP VIEW stream AS
  SELECT s.stream, s.last_number, (SELECT count(*) FROM main.event e WHERE e.stream = s.stream) AS events
  FROM main.stream s;
CREATE TEMP VIEW outcome_total AS
  SELECT technique, threshold, threshold_unit, kind, count(*) AS count FROM main.outcome
  GROUP BY technique, threshold, threshold_unit, kind;
CREATE TEMP VIEW owed AS
  SELECT i.stream, i.number, t.technique, i.place_bus, i.place_partition, i.place_offset
  FROM main.image i
    JOIN (SELECT technique FROM main.technique
      UNION ALL SELECT '' WHERE NOT EXISTS (SELECT 1 FROM main.technique)) t
  WHERE NOT EXISTS (
    SELECT 1 FROM main.outcome o WHERE o.technique = t.technique AND o.stream = i.stream AND o.number = i.number);
CREATE TEMP VIEW owed_event AS
  SELECT e.number, e.place_bus, e.place_partition, e.place_offset FROM main.event e
  WHERE NOT EXISTS (SELECT 1 FROM main.alert a WHERE a.number = e.number AND a.state = 'ready');
`;
