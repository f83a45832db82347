import { ImgpipeError } from '../domain/errors.ts';
import {
  alertTextKey,
  differenceKey,
  eventTextKey,
  imageKey,
  isMaskKey,
  MASKS,
  OBJECT_FOLDERS,
} from '../domain/object-keys.ts';
import type { ImageId } from '../domain/records.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { PIPELINE_LOCK } from '../ports/catalog/locks.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { busName } from './bind-bus.ts';

export interface CleanPlan {
  readonly images: number;
  readonly events: number;
  readonly alerts: number;
  /** The files that will go. */
  readonly files: number;
  /** Files in the pipeline's folders that it did not write, and that stay. */
  readonly strangers: readonly string[];
}

export interface CleanParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** The bus to be emptied; undefined where its messages are to stay, to be passed over later. */
  readonly bus: EventBus | undefined;
  readonly as: string;
}

/** How many keys are looked up and removed together. */
const PAGE = 256;

/** What `clean` would remove, and what it would leave. */
export async function planClean({ catalog, store }: Pick<CleanParts, 'catalog' | 'store'>): Promise<CleanPlan> {
  const ours = new Set<string>();
  await withWrittenKeys(catalog, store, (keys) => {
    for (const key of keys) ours.add(key);
  });
  const present = (await Promise.all(OBJECT_FOLDERS.map((folder) => store.list(folder)))).flat();
  const incoming = await store.list('incoming');
  const counts = await catalog.counts();
  return {
    images: counts.images,
    events: counts.events,
    alerts: counts.alerts,
    files: present.filter((key) => ours.has(key)).length + incoming.length,
    strangers: present.filter((key) => !ours.has(key)).sort(),
  };
}

/**
 * Removes all that the pipeline wrote, and only that, and begins anew under a new pipeline id. Throws `in_use` while
 * a stage runs. Broken off in the middle it leaves a mark that every other command refuses; run again, it finishes.
 */
export async function clean({ catalog, store, bus, as }: CleanParts): Promise<void> {
  const answer = await catalog.lock(PIPELINE_LOCK, as);
  if (!('lock' in answer)) {
    throw new ImgpipeError('in_use', `${store.address} is in use by ${answer.holder}: stop that first`);
  }
  try {
    if (bus !== undefined) await checkFree(catalog, bus);
    await catalog.beginClean();
    await withWrittenKeys(catalog, store, (keys) => store.remove(keys));
    await store.remove(await store.list('incoming'));
    await bus?.clear();
    await catalog.endClean();
  } finally {
    await answer.lock.release();
  }
}

/** Before anything is removed: the messages are on this bus, and nobody takes them. */
async function checkFree(catalog: Catalog, bus: EventBus): Promise<void> {
  const { busId } = await catalog.identity();
  if (busId !== null && busId !== bus.id) {
    throw new ImgpipeError(
      'bus_differs',
      `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}: give --broker and --topic-prefix as before, or --keep-topics to leave them there`,
    );
  }
  const members = await Promise.all((await bus.groups()).map((group) => bus.members(group)));
  if (members.flat().length > 0) {
    throw new ImgpipeError(
      'in_use',
      `${bus.address} still has consumers of this pipeline: ${members.flat().join(', ')}: stop them first; one that was killed counts until its session time-out is over`,
    );
  }
}

/** The keys that the catalog's rows own, and the masks', in parts; all of one moment, which stays while they are removed. */
async function withWrittenKeys(
  catalog: Catalog,
  store: ObjectStore,
  use: (keys: readonly string[]) => Promise<void> | void,
): Promise<void> {
  await catalog.snapshot(async (pages) => {
    let last: ImageId | undefined;
    for (;;) {
      const images = await pages.imagePage(last, PAGE);
      last = images.at(-1);
      if (last === undefined) break;
      await use(images.map(imageKey));
    }
    await use((await store.list(MASKS)).filter(isMaskKey));
    const lastEvent = await pages.lastEvent();
    for (let first = 1; first <= lastEvent; first += PAGE) {
      const numbers = Array.from({ length: Math.min(PAGE, lastEvent - first + 1) }, (_, index) => first + index);
      await use(numbers.flatMap((number) => [differenceKey(number), eventTextKey(number), alertTextKey(number)]));
    }
  });
}
