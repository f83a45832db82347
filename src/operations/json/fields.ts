import type { CaptureJson } from '../../domain/json/capture.ts';
import type { ImageRecord, Regions } from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';

/** The two JSON fields of a threshold. */
export function thresholdJson({ threshold }: { readonly threshold: Threshold }) {
  return { threshold: threshold.value, threshold_unit: threshold.unit };
}

/** The two JSON fields of regions; both null for a technique that does not find regions. */
export function regionsJson(regions: Regions | null) {
  return { region_count: regions?.count ?? null, regions: regions === null ? null : [...regions.first] };
}

/** The fields of an image about its capture. */
export function captureJson({ capture }: Pick<ImageRecord, 'capture'>): CaptureJson {
  if (capture === null) return { captured_at: null, capture: null };
  const { at, timeFrom, focalLength, position, ...facts } = capture;
  const { latitude = null, longitude = null, altitude = null } = position ?? {};
  return {
    captured_at: at,
    capture: { time_from: timeFrom, ...facts, focal_length: focalLength, latitude, longitude, altitude },
  };
}
