import { type ErrorCode, ImgpipeError, LockLost } from '../domain/errors.ts';
import { ALERT_GROUP, consumerGroup } from '../domain/messages.ts';
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
import type { EventBus } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { busName } from './bind-bus.ts';
import { exclusively } from './exclusively.ts';
import { usesTopics } from './other-pipelines.ts';
import { pagesOf } from './row-stream.ts';
import { refuseTransfer } from './transfers.ts';

export interface CleanPlan {
  readonly images: number;
  readonly events: number;
  readonly alerts: number;
  /** How many files will be removed. */
  readonly files: number;
  /** Files in the pipeline's folders that it did not write. They are kept. */
  readonly unknownFiles: readonly string[];
}

export interface CleanParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** The bus to empty; undefined to keep its messages, which stages skip later. */
  readonly bus: EventBus | undefined;
  readonly as: string;
}

/** What `clean` would remove, and what it would keep. */
export async function planClean({ catalog, store }: Pick<CleanParts, 'catalog' | 'store'>): Promise<CleanPlan> {
  const ours = new Set<string>();
  await withWrittenKeys(catalog, store, (keys) => {
    for (const key of keys) ours.add(key);
  });
  const present = (await Promise.all(OBJECT_FOLDERS.map((folder) => store.list(folder)))).flat();
  const counts = await catalog.counts();
  return {
    images: counts.images,
    events: counts.events,
    alerts: counts.alerts,
    files: present.filter((key) => ours.has(key)).length,
    unknownFiles: present.filter((key) => !ours.has(key)).sort(),
  };
}

/**
 * Removes all that the pipeline wrote, and nothing else, and gives the pipeline a new id. Throws `in_use` while a stage
 * runs. The messages go first: if the broker refuses that, nothing is changed, and what is open would be published again.
 * If it is interrupted after that, other commands throw `clean_unfinished` until it is run again and finishes.
 */
export async function clean({ catalog, store, bus, as }: CleanParts): Promise<void> {
  const { address } = store;
  const inUse = (holder: string) => `${address} is in use by ${holder}: stop that first`;
  await exclusively({ catalog, as, address, inUse }, async ({ token, lost }) => {
    // While it waited for its confirmation, a copy may have moved the pipeline, whose pictures may still be here.
    refuseTransfer(await catalog.identity(), catalog.address);
    if (bus !== undefined) await namingKeepTopics(() => clearBus(catalog, bus));
    await catalog.beginClean(token);
    await withWrittenKeys(catalog, store, (keys) => {
      if (lost.aborted) throw new LockLost();
      return store.remove(keys);
    });
    await catalog.endClean(token);
  });
}

/** Runs work on the broker. If the broker refuses it or cannot be reached, the error also names the way without it. */
export async function namingKeepTopics<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ImgpipeError) || !KEEP_TOPICS_HELPS.has(error.code)) throw error;
    throw new ImgpipeError(error.code, `${error.message}; or use --keep-topics, which leaves the topics and groups`, {
      cause: error.cause,
    });
  }
}

const KEEP_TOPICS_HELPS: ReadonlySet<ErrorCode> = new Set(['broker_refused', 'broker_unavailable', 'prefix_in_use']);

/** Deletes the topics and the groups of this pipeline, once it is certain that they are its own and have no consumers. */
async function clearBus(catalog: Catalog, bus: EventBus): Promise<void> {
  const identity = await catalog.identity();
  const { busId } = identity;
  if (busId !== null && busId !== bus.id) {
    throw new ImgpipeError(
      'bus_differs',
      `broker: this pipeline's messages are on ${busId}, not on ${busName(bus)}: give --broker and --topic-prefix as before, or --keep-topics to leave them there`,
    );
  }
  const used = await usesTopics(bus, identity);
  // A pipeline that has never published on this bus has nothing there.
  if (busId === null && !used) return;
  const groups = await ownGroups(catalog);
  const members = await Promise.all(groups.map((group) => bus.members(group)));
  if (members.flat().length > 0) {
    throw new ImgpipeError(
      'in_use',
      `${bus.address} still has consumers of this pipeline: ${members.flat().join(', ')}: stop them first; a killed consumer counts until its session timeout has passed`,
    );
  }
  await bus.clear(groups);
}

/** The names of the groups that the pipeline's stages have joined. */
async function ownGroups(catalog: Catalog): Promise<string[]> {
  const techniques = await catalog.snapshot((pages) => pages.techniques());
  return [...new Set(techniques.map(({ technique }) => consumerGroup(technique))), ALERT_GROUP];
}

/** The keys of the catalog's rows and of the masks, page by page. The rows are read from one snapshot, which removals do not affect. */
async function withWrittenKeys(
  catalog: Catalog,
  store: ObjectStore,
  use: (keys: readonly string[]) => Promise<void> | void,
): Promise<void> {
  await catalog.snapshot(async (pages) => {
    const images = pagesOf(
      (after: ImageId | undefined, limit) => pages.imagePage(after, limit),
      (row: ImageId) => row,
    );
    for await (const page of images) await use(page.map(imageKey));
    await use((await store.list(MASKS)).filter(isMaskKey));
    const byNumber = <T extends { readonly number: number }>(page: (after: number, limit: number) => Promise<T[]>) =>
      pagesOf(
        (after: number | undefined, limit) => page(after ?? 0, limit),
        ({ number }: T) => number,
      );
    for await (const events of byNumber((after, limit) => pages.eventPage(after, limit))) {
      await use(events.flatMap((event) => [differenceKey(event), eventTextKey(event)]));
    }
    for await (const alerts of byNumber((after, limit) => pages.alertRowPage(after, limit))) {
      await use(alerts.map(alertTextKey));
    }
  });
}
