import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { imageKey } from '../domain/object-keys.ts';
import type { DeadLetterHead, DeadLetterRecord, ImageRecord } from '../domain/records.ts';
import type { StageName } from '../domain/reports.ts';
import { type Liveness, liveness } from '../operations/alive.ts';
import { deadLetterHeads, findDeadLetter } from '../operations/dead-letters.ts';
import { type ListedEvent, type ListFilter, listAlerts, listEvents, listImages } from '../operations/list.ts';
import { refuseOtherStoreIfReached } from '../operations/other-store.ts';
import { type AlertView, view } from '../operations/view.ts';
import type { AlertEntry } from '../ports/catalog/browsing.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import { type Adapters, checkedIdentity, openAdapters } from './adapters.ts';

/** What can be read of a pipeline from its catalog and store, without its stages. */
export interface Reader {
  /** The data folder's absolute path. */
  readonly data: string;
  readonly broker: string;
  /** The full address of an object of the store, by its key: an absolute path, or `s3://…`. */
  locate(key: string): string;
  /** The bytes of an object of the store, by its key. Throws `not_found`. */
  read(key: string): Promise<Uint8Array>;
  view(alert: number): Promise<AlertView>;
  /** An alert's image as a JPEG file with a box around each region. */
  boxed(alert: AlertView): Promise<Uint8Array>;
  /** Whether a stage is alive on this host or, in a container, in this one. Reads only the catalog. */
  alive(stage: StageName): Promise<Liveness>;
  /** The images, events and alerts that a filter selects, newest first, read page by page. */
  images(filter: ListFilter): AsyncIterable<ImageRecord>;
  events(filter: ListFilter): AsyncIterable<ListedEvent>;
  alerts(filter: ListFilter): AsyncIterable<AlertEntry>;
  /** The dead letters, newest first; dropped ones only `withDropped`. */
  deadLetters(options?: { withDropped: boolean }): AsyncIterable<DeadLetterHead>;
  /** A dead letter with its message. Throws `not_found`. */
  deadLetter(id: number): Promise<DeadLetterRecord>;
  close(): Promise<void>;
}

/** Opens an existing pipeline for reading, without loading its stages; changes nothing. Throws `not_found`. */
export async function openReader({ config, command }: { config: Config; command: string }): Promise<Reader> {
  const as = `imgpipe ${command} (process ${process.pid})`;
  return readerOf(await openAdapters({ config, command, as, access: 'read' }));
}

/** The reading part of a pipeline. */
export function readerOf(adapters: Adapters): Reader {
  const { data, catalog, store, broker } = adapters;

  async function read(key: string): Promise<Uint8Array> {
    const bytes = await store.get(key);
    if (bytes === undefined) throw new ImgpipeError('not_found', `${store.locate(key)} does not exist`);
    return bytes;
  }

  async function* listed<T>(
    list: (catalog: Catalog, filter: ListFilter) => AsyncIterable<T>,
    filter: ListFilter,
  ): AsyncGenerator<T> {
    await checkedIdentity(adapters);
    yield* list(catalog, filter);
  }

  return {
    data,
    broker: broker.address,
    locate: (key) => store.locate(key),
    read,
    view: async (alert) => {
      await checkedIdentity(adapters);
      await refuseOtherStoreIfReached(adapters);
      return view(catalog, store, alert);
    },
    boxed: async ({ event, image }) => {
      const bytes = await read(imageKey(image));
      return adapters.boxed({ bytes, format: image.format }, event.regions?.first ?? []);
    },
    alive: (stage) => liveness(catalog, { stage }),
    images: (filter) => listed(listImages, filter),
    events: (filter) => listed(listEvents, filter),
    alerts: (filter) => listed(listAlerts, filter),
    async *deadLetters(options) {
      await checkedIdentity(adapters);
      yield* deadLetterHeads(catalog, options);
    },
    deadLetter: async (id) => {
      await checkedIdentity(adapters);
      return findDeadLetter(catalog, id);
    },
    close: () => adapters.close(),
  };
}
