import { imageSettled } from '../sql/settled.ts';
import { SCHEMA_VERSION } from './schema.ts';

/** The oldest version of a catalog that readers, which never migrate, can read. */
export const MIN_READ_VERSION = SCHEMA_VERSION - 1;

/**
 * What a catalog of version `MIN_READ_VERSION` lacks, as temporary views with the names and columns of today's tables:
 * all queries read them like tables. A view counts what today's triggers have counted, so that reading is slower.
 */
export const PREVIOUS_VIEWS = `
CREATE TEMP VIEW pipeline AS
  SELECT *, NULL AS bus_address, NULL AS path, NULL AS token, NULL AS events_token FROM main.pipeline;
CREATE TEMP VIEW technique AS SELECT *, NULL AS active_at, 0 AS idle, NULL AS in_force FROM main.technique;
CREATE TEMP VIEW outcome AS SELECT *, NULL AS judged_by FROM main.outcome;
CREATE TEMP VIEW stream AS SELECT *, NULL AS token, 0 AS odd FROM main.stream;
CREATE TEMP VIEW image AS
  SELECT *, incoming AS receipt_id, 1 AS attempt, NULL AS notes, NULL AS captured_at, NULL AS capture,
    NULL AS host, NULL AS modified_at, NULL AS moved_to FROM main.image;
CREATE TEMP VIEW event AS SELECT *, 1 AS attempt FROM main.event;
CREATE TEMP VIEW alert AS SELECT *, 1 AS attempt, alerted_at AS listed_at FROM main.alert;
CREATE TEMP VIEW dead_letter AS SELECT *, NULL AS dropped_at, NULL AS judged_by FROM main.dead_letter;
CREATE TEMP VIEW discarded_letters AS SELECT '' AS stage, 0 AS count;
CREATE TEMP VIEW outcome_total AS
  SELECT technique, threshold, threshold_unit, technique AS judged_by, kind, count(*) AS count FROM main.outcome
  GROUP BY technique, threshold, threshold_unit, kind;
CREATE TEMP VIEW owed AS
  SELECT i.stream, i.number, t.technique, i.place_bus, i.place_partition, i.place_offset,
    0 AS publications, NULL AS published_at
  FROM main.image i
    JOIN (SELECT technique FROM main.technique
      UNION ALL SELECT '' WHERE NOT EXISTS (SELECT 1 FROM main.technique)) t
  WHERE i.state = 'ready' AND NOT ${imageSettled('t.technique', 'i.stream', 'i.number')};
CREATE TEMP VIEW owed_event AS
  SELECT e.number, e.place_bus, e.place_partition, e.place_offset, 0 AS publications, NULL AS published_at
  FROM main.event e
  WHERE e.state = 'ready' AND NOT EXISTS (SELECT 1 FROM main.alert a WHERE a.number = e.number AND a.state = 'ready');
`;
