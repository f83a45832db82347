import { ImgpipeError } from '../../domain/errors.ts';
import { OBJECT_FOLDERS } from '../../domain/object-keys.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { MovableCatalog } from '../../ports/catalog/transfer.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { movedError, unfinishedError } from '../transfers.ts';

/** A catalog with its store. */
export interface CopyEnd {
  readonly catalog: MovableCatalog;
  readonly store: ObjectStore;
}

/**
 * What a copy finds at its target: nothing yet; an unfinished copy of this pipeline, which goes on; this pipeline as it was
 * before it moved away, which is brought up to date; all but the last step, after which nothing is left to copy; or
 * everything.
 */
export type TargetState = 'new' | 'unfinished' | 'former' | 'unopened' | 'finished';

export interface EndsParts {
  readonly source: CopyEnd;
  readonly from: PipelineIdentity;
  readonly target: CopyEnd;
  /** The options with which the pipeline will be used at the target. */
  readonly to: string;
}

/** Throws `moved`, `copy_unfinished` or `target_not_empty` unless the target can take the pipeline of the source. */
export async function targetStateOf({ source, from, target, to }: EndsParts): Promise<TargetState> {
  const at = await target.catalog.identity();
  if (from.transfer?.state === 'arriving') throw unfinishedError(from.transfer, source.catalog.address);
  if (from.transfer?.state === 'moved') {
    const { id, pipelineId } = from.transfer;
    if (at.transfer?.state === 'arriving' && at.transfer.id === id) return 'unopened';
    if (at.transfer === null && at.pipelineId === pipelineId && from.transfer.to === to) return 'finished';
    throw movedError(from.transfer, source.catalog.address);
  }
  if (at.transfer !== null) {
    if (at.transfer.pipelineId !== from.pipelineId)
      throw notEmpty(target, `a copy of pipeline ${at.transfer.pipelineId}`);
    return at.transfer.state === 'arriving' ? 'unfinished' : 'former';
  }
  if (at.pipelineId === from.pipelineId) throw notEmpty(target, 'this pipeline, too, and it is in use there');
  if (!(await target.catalog.isUnused())) throw notEmpty(target, `pipeline ${at.pipelineId}`);
  if (source.store.address !== target.store.address) await refuseObjects(target);
  return 'new';
}

/** What lies in a new target's folders is somebody's. */
async function refuseObjects({ store }: CopyEnd): Promise<void> {
  for (const folder of OBJECT_FOLDERS) {
    const [key] = await store.list(folder);
    if (key === undefined) continue;
    throw new ImgpipeError(
      'target_not_empty',
      `${store.address} cannot take the pipeline, because it has ${store.locate(key)}: choose another place, or remove what is there`,
    );
  }
}

function notEmpty({ catalog }: CopyEnd, what: string): ImgpipeError {
  return new ImgpipeError(
    'target_not_empty',
    `the catalog ${catalog.address} cannot take the pipeline, because it has ${what}: choose another place`,
  );
}
