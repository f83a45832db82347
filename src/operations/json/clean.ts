import type { CleanJson } from '../../domain/json/clean.ts';
import type { CleanPlan } from '../clean.ts';
import type { Locate } from './result-lines.ts';

/** `clean --json`. */
export function cleanJson(
  { images, events, alerts, files, unknownFiles }: CleanPlan,
  { data, dryRun, locate }: { readonly data: string; readonly dryRun: boolean; readonly locate: Locate },
): CleanJson {
  return { data, images, events, alerts, files, left: unknownFiles.map(locate), dry_run: dryRun };
}
