import path from 'node:path';
import { createFileSource } from '../adapters/files/source.ts';
import type { PictureBytes } from '../adapters/pixels/boxed-picture.ts';
import { createCaptureReader } from '../adapters/pixels/capture/read-capture.ts';
import { createPictureCache } from '../adapters/pixels/picture-cache.ts';
import { timeRuleOf } from '../config/capture-settings.ts';
import { kafkaConnectionOf } from '../config/kafka-connection.ts';
import { maxFileBytes } from '../config/picture-settings.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Region } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import { refuseTransfer } from '../operations/transfers.ts';
import type { ReadCapture } from '../ports/capture.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import type { Comparator } from '../ports/comparator.ts';
import type { Broker, EventBus, OpenBusOptions } from '../ports/event-bus.ts';
import type { ImageSource } from '../ports/image-source.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import type { Access } from './data-folder.ts';
import { openCatalog } from './open-catalog.ts';
import { openStore, s3StoreOf } from './open-store.ts';

/** The adapters of a pipeline, as configured. */
export interface Adapters {
  /** The data folder's absolute path. */
  readonly data: string;
  readonly catalog: Catalog;
  /** The store of the pipeline that the catalog has now. */
  readonly store: ObjectStore;
  /** The store of one pipeline, which a stage keeps even after a `clean` that it has not noticed. */
  storeOf(pipelineId: string): ObjectStore;
  /** Opens its bus once, at the first use. */
  readonly broker: Broker;
  /** Pictures from files and folders, from a program's source, or the generated stream if there is no path. */
  source(input: readonly string[] | ImageSource, observer?: Pick<Observer, 'onReport'>): Promise<ImageSource>;
  comparator(): Promise<Comparator>;
  thumbnails(): Promise<Thumbnails>;
  /** Reads when and how a picture was taken, with the configured rule for its time. */
  readonly readCapture: ReadCapture;
  /** The configured mask's bytes as they are stored, if there is one. Throws `config_invalid` if they are not a valid mask. */
  mask(): Promise<Uint8Array | undefined>;
  /** A copy of a picture with a box around each region, as a JPEG file. */
  boxed(picture: PictureBytes, regions: readonly Region[]): Promise<Uint8Array>;
  close(): Promise<void>;
}
export interface AdapterOptions {
  readonly config: Config;
  /** The command that opens the pipeline: `receive`. */
  readonly command: string;
  /** The name of this process in messages: `imgpipe receive (process 123)`. */
  readonly as: string;
  readonly access: Access;
  /** The techniques that a program provides. */
  readonly techniques?: readonly RegisteredTechnique[];
}

/** Codecs are loaded only when needed, to keep the start-up of other commands short. */
const pixelAdapters = () => import('./pixel-adapters.ts');

/** Opens the catalog and the other configured adapters. */
export async function openAdapters({ config, command, as, access, techniques }: AdapterOptions): Promise<Adapters> {
  const folder = absolute(config.data);
  // Before anything is created.
  const connection = kafkaConnectionOf(config);
  const s3 = s3StoreOf(config);
  const { catalog, createEmbedded } = await openCatalog(config, folder, { access, as });
  await refuseIfTransferred(catalog);
  const {
    store,
    storeOf,
    close: closeStore,
  } = await openStore(s3, folder, catalog).catch(async (error) => {
    await catalog.close();
    throw error;
  });
  const openBus = busOpener(connection, command, createEmbedded);
  // A process that generates and compares pictures decodes each one once.
  const cache = createPictureCache(config.pictureCache * 1e6);
  let bus: EventBus | undefined;
  return {
    data: folder,
    catalog,
    store,
    storeOf,
    broker: {
      address: config.broker,
      open: async (options) => {
        bus ??= await openBus(options);
        return bus;
      },
    },
    async source(input, observer) {
      if (!isPaths(input)) return input;
      if (input.length > 0) {
        return createFileSource({ paths: input, maxBytes: maxFileBytes(config), onNotTaken: observer?.onReport });
      }
      return (await pixelAdapters()).openGeneratedSource(config, cache);
    },
    comparator: async () =>
      (await pixelAdapters()).openComparator(config, { cache, ...(techniques && { techniques }) }),
    thumbnails: async () => (await pixelAdapters()).openThumbnails(config),
    readCapture: createCaptureReader(timeRuleOf(config.timeFrom)),
    mask: async () => (await (await pixelAdapters()).maskOf(config))?.stored,
    boxed: async (picture, regions) => (await pixelAdapters()).boxed(config, picture, regions),
    async close() {
      await bus?.close();
      closeStore();
      await catalog.close();
    },
  };
}

async function refuseIfTransferred(catalog: Catalog): Promise<void> {
  try {
    refuseTransfer(await catalog.identity(), catalog.address);
  } catch (error) {
    await catalog.close();
    throw error;
  }
}

/** The pipeline's identity. Throws `clean_unfinished` after an interrupted clean, `moved`, and `copy_unfinished`. */
export async function checkedIdentity({
  catalog,
  store,
}: Pick<Adapters, 'catalog' | 'store'>): Promise<PipelineIdentity> {
  const identity = await catalog.identity();
  refuseTransfer(identity, catalog.address);
  if (!identity.cleaning) return identity;
  throw new ImgpipeError('clean_unfinished', `a clean of ${store.address} was interrupted: run 'imgpipe clean' again`);
}

/** Opens the configured broker's bus. */
export function busOpener(
  connection: ReturnType<typeof kafkaConnectionOf>,
  command: string,
  createEmbedded: () => EventBus,
): (options: OpenBusOptions) => Promise<EventBus> {
  if (connection === undefined) return async () => createEmbedded();
  const clientId = `${connection.clientId}-${command}-${process.pid}`;
  return async (options) => {
    // Loaded only here, to keep the start-up of other commands short.
    const { openKafkaBus } = await import('../adapters/kafka/broker.ts');
    return openKafkaBus({ ...connection, clientId }, options);
  };
}

function isPaths(input: readonly string[] | ImageSource): input is readonly string[] {
  return Array.isArray(input);
}

export function absolute(folder: string): string {
  try {
    return path.resolve(folder);
  } catch (cause) {
    throw new ImgpipeError(
      'config_invalid',
      `data: ${folder} is relative to the working directory, which no longer exists: change to another, or give an absolute path`,
      { cause },
    );
  }
}
