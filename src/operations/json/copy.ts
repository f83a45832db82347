import type { CopyJson } from '../../domain/json/copy.ts';
import type { Copied } from '../copy/copy.ts';
import type { CopyPlan } from '../copy/plan-copy.ts';

/** The options with which commands use the pipeline before and afterwards. */
type Ends = Pick<CopyJson, 'from' | 'to'>;

/** `copy --json`. */
export function copyJson({ pipelineId, found, isMoved, objects, rows, damaged, faults }: Copied, ends: Ends): CopyJson {
  return {
    pipeline_id: pipelineId,
    ...ends,
    found,
    moved: isMoved,
    files_copied: objects.copied,
    files_present: objects.present,
    rows,
    damaged,
    faults: faults.map(({ key, what }) => ({ key, what })),
    dry_run: false,
  };
}

/** `copy --dry-run --json`. */
export function copyPlanJson({ pipelineId, found, objects }: CopyPlan, ends: Ends): CopyJson {
  const none = { moved: false, files_present: 0, rows: 0, damaged: 0, faults: [] };
  return { pipeline_id: pipelineId, ...ends, found, files_copied: objects, ...none, dry_run: true };
}
