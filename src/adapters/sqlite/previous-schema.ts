import { SCHEMA_VERSION } from './schema.ts';

/** The oldest version of a catalog that readers, which never migrate, can read. */
export const MIN_READ_VERSION = SCHEMA_VERSION - 1;

/**
 * What a catalog of version `MIN_READ_VERSION` lacks, as temporary views with the names and columns of today's tables:
 * all queries read them like tables. It also lacks indexes, so that reading is slower.
 */
export const PREVIOUS_VIEWS = `
CREATE TEMP VIEW event AS
  SELECT e.*, coalesce(
    (SELECT i.captured_at FROM main.image i WHERE i.stream = e.stream AND i.number = e.image),
    (SELECT o.analyzed_at FROM main.outcome o
     WHERE o.technique = e.technique AND o.stream = e.stream AND o.number = e.image)) AS listed_at
  FROM main.event e;
`;
