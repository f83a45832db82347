import type { Threshold } from '../../domain/threshold.ts';

/** The two JSON fields of a threshold. */
export function thresholdJson({ threshold }: { readonly threshold: Threshold }) {
  return { threshold: threshold.value, threshold_unit: threshold.unit };
}
