import type { Regions } from '../../domain/records.ts';

/** The two JSON fields of regions; both null for a technique that does not find regions. */
export function regionsJson(regions: Regions | null) {
  return { region_count: regions?.count ?? null, regions: regions === null ? null : [...regions.first] };
}
