/** The clock that all processes of a pipeline go by: those of their hosts may differ. */
export interface CatalogClock {
  /** The time at the catalog, in UTC: `2026-02-03T04:05:06.789Z`. */
  now(): Promise<string>;
}
