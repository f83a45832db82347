import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileObjectStore } from './adapters/files/object-store.ts';
import { createFileSource } from './adapters/files/source.ts';
import { createPictureCache } from './adapters/jimp/picture-cache.ts';
import { createSqliteCatalog } from './adapters/sqlite/catalog.ts';
import { openDatabase } from './adapters/sqlite/database.ts';
import { createEmbeddedBus } from './adapters/sqlite/event-bus.ts';
import { kafkaConnectionOf } from './config/kafka-connection.ts';
import type { Config } from './config/settings.ts';
import { ImgpipeError } from './domain/errors.ts';
import type { Catalog } from './ports/catalog.ts';
import type { Comparator } from './ports/comparator.ts';
import type { Broker, EventBus, OpenBusOptions } from './ports/event-bus.ts';
import type { ImageSource } from './ports/image-source.ts';
import type { ObjectStore } from './ports/object-store.ts';

/** What a pipeline works with, as its configuration says. */
export interface Adapters {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** Its bus is opened once, when it is first needed. */
  readonly broker: Broker;
  /** Pictures from files and folders, or without a path the generated stream. */
  source(paths: readonly string[]): Promise<ImageSource>;
  comparator(): Promise<Comparator>;
  close(): Promise<void>;
}

export interface AdapterOptions {
  readonly config: Config;
  /** What the pipeline is opened for: `receive`. */
  readonly command: string;
  /** How others are told of this process: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Makes the folder and the catalog where there are none; without it that is `not_found`. */
  readonly create: boolean;
}

/** The picture that the generated stream starts from. */
const ORIGINAL = fileURLToPath(new URL('../image_original/original_image.jpg', import.meta.url));

/** Opens the catalog and whatever else the configuration names: the one place that knows the adapters. */
export async function openAdapters({ config, command, as, create }: AdapterOptions): Promise<Adapters> {
  const folder = absolute(config.data);
  const db = await openDatabase(path.join(folder, 'imgpipe.db'), { create, as });
  const catalog = createSqliteCatalog(db);
  const openBus = busOpener(config, command, () => createEmbeddedBus(db, catalog, as));
  // Where one process generates and compares, each picture is decoded once.
  const decoding = { maxPixels: Math.round(config.maxMegapixels * 1e6), cache: createPictureCache() };
  let bus: EventBus | undefined;
  return {
    catalog,
    store: createFileObjectStore(folder),
    broker: {
      address: config.broker,
      open: async (options) => {
        bus ??= await openBus(options);
        return bus;
      },
    },
    async source(paths) {
      if (paths.length > 0) return createFileSource({ paths, maxBytes: Math.round(config.maxFileMegabytes * 1e6) });
      // Codecs are loaded by those who need them: view and status start faster without.
      const { createGeneratedSource } = await import('./adapters/jimp/generated-source.ts');
      const { count, interval } = config;
      return createGeneratedSource({ originalPath: ORIGINAL, count, intervalMs: interval, ...decoding });
    },
    async comparator() {
      const { createComparator } = await import('./adapters/jimp/comparator.ts');
      return createComparator(decoding);
    },
    async close() {
      await bus?.close();
      await catalog.close();
    },
  };
}

/** How the configured broker's bus is opened; what is wrong with its settings is told before anything is opened. */
function busOpener(
  config: Config,
  command: string,
  createEmbedded: () => EventBus,
): (options: OpenBusOptions) => Promise<EventBus> {
  const connection = kafkaConnectionOf(config);
  if (connection === undefined) return async () => createEmbedded();
  const clientId = `${connection.clientId}-${command}-${process.pid}`;
  return async (options) => {
    // Loaded by those who need it: everything else starts faster without.
    const { openKafkaBus } = await import('./adapters/kafka/broker.ts');
    return openKafkaBus({ ...connection, clientId }, options);
  };
}

function absolute(folder: string): string {
  try {
    return path.resolve(folder);
  } catch (cause) {
    throw new ImgpipeError(
      'config_invalid',
      `data: ${folder} is relative to the working folder, and that is gone: change to another, or give a whole path`,
      { cause },
    );
  }
}
