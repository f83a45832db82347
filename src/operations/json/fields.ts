import type { Regions } from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';

/** The two JSON fields of a threshold. */
export function thresholdJson({ threshold }: { readonly threshold: Threshold }) {
  return { threshold: threshold.value, threshold_unit: threshold.unit };
}

/** The two JSON fields of regions; both null for a technique that does not find regions. */
export function regionsJson(regions: Regions | null) {
  return { region_count: regions?.count ?? null, regions: regions === null ? null : [...regions.first] };
}
