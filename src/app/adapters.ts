import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFileObjectStore } from '../adapters/files/object-store.ts';
import { readNamed } from '../adapters/files/picture-file.ts';
import { createFileSource } from '../adapters/files/source.ts';
import { createPictureCache, type PictureCache } from '../adapters/pixels/picture-cache.ts';
import type { PixelExecutor } from '../adapters/pixels/workers/pixel-executor.ts';
import { createSqliteCatalog } from '../adapters/sqlite/catalog.ts';
import { createEmbeddedBus } from '../adapters/sqlite/event-bus.ts';
import { kafkaConnectionOf } from '../config/kafka-connection.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { PictureFormat, Region } from '../domain/records.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Comparator } from '../ports/comparator.ts';
import type { Broker, EventBus, OpenBusOptions } from '../ports/event-bus.ts';
import type { ImageSource } from '../ports/image-source.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import { guarded, type RegisteredTechnique } from './custom-techniques.ts';
import { openDataFolder } from './data-folder.ts';

/** The adapters of a pipeline, as configured. */
export interface Adapters {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  /** Opens its bus once, at the first use. */
  readonly broker: Broker;
  /** Pictures from files and folders, from a program's source, or the generated stream if there is no path. */
  source(input: readonly string[] | ImageSource): Promise<ImageSource>;
  comparator(): Promise<Comparator>;
  thumbnails(): Promise<Thumbnails>;
  /** The configured mask's bytes, if there is one. Throws `config_invalid` if they are not a valid mask. */
  mask(): Promise<Uint8Array | undefined>;
  /** A copy of a picture with a box around each region, as a JPEG file. */
  boxed(picture: PictureBytes, regions: readonly Region[]): Promise<Uint8Array>;
  close(): Promise<void>;
}

export interface PictureBytes {
  readonly bytes: Uint8Array;
  readonly format: PictureFormat;
}

export interface AdapterOptions {
  readonly config: Config;
  /** The command that opens the pipeline: `receive`. */
  readonly command: string;
  /** The name of this process in messages: `imgpipe receive (process 123)`. */
  readonly as: string;
  /** Creates the folder and the catalog if they do not exist; otherwise that is `not_found`. */
  readonly create: boolean;
  /** The techniques that a program brings. */
  readonly techniques?: readonly RegisteredTechnique[];
}

/** The most threads of `auto`: each has the memory of a codec. */
const MAX_WORKERS = 4;

/** The picture that the generated stream starts from. */
const ORIGINAL = fileURLToPath(new URL('../../image_original/original_image.jpg', import.meta.url));

/** Opens the configured adapters. No other file knows which adapter implements a port. */
export async function openAdapters({ config, command, as, create, techniques }: AdapterOptions): Promise<Adapters> {
  const folder = absolute(config.data);
  const db = await openDataFolder(folder, { create, as });
  const catalog = createSqliteCatalog(db);
  const openBus = busOpener(config, command, () => createEmbeddedBus(db, catalog, as));
  // A process that generates and compares pictures decodes each one once.
  const decoding = { ...limitsOf(config), cache: createPictureCache(config.pictureCache * 1e6) };
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
    async source(input) {
      if (!isPaths(input)) return input;
      if (input.length > 0) return createFileSource({ paths: input, maxBytes: maxFileBytes(config) });
      // Codecs are loaded on demand, because they slow down the start of view and status.
      const { createGeneratedSource } = await import('../adapters/generated/generated-source.ts');
      const { turnPicture } = await import('../adapters/pixels/turn-picture.ts');
      const { count, interval } = config;
      const turn = (picture: Uint8Array) => turnPicture(picture, decoding);
      return createGeneratedSource({ originalPath: ORIGINAL, count, intervalMs: interval, turn });
    },
    comparator: () => openComparator(config, { cache: decoding.cache, ...(techniques && { techniques }) }),
    async thumbnails() {
      const { createThumbnails } = await import('../adapters/pixels/thumbnails/thumbnails.ts');
      return createThumbnails({ ...limitsOf(config), ...(await pixelWork(config)) });
    },
    mask: () => maskOf(config),
    async boxed(picture, regions) {
      const { boxedPicture } = await import('../adapters/pixels/boxed-picture.ts');
      return boxedPicture(picture, regions, decoding);
    },
    async close() {
      await bus?.close();
      await catalog.close();
    },
  };
}

/** A comparator with the configured limits and workers. */
export async function openComparator(
  config: Config,
  { cache, techniques = [] }: { cache?: PictureCache; techniques?: readonly RegisteredTechnique[] } = {},
): Promise<Comparator> {
  const { createComparator } = await import('../adapters/pixels/comparator.ts');
  return createComparator({
    ...limitsOf(config),
    ...(cache && { cache }),
    ...(await pixelWork(config)),
    techniques: new Map(techniques.map((technique) => [technique.id, guarded(technique, config)])),
  });
}

/** The configured workers, if there are to be any. */
async function pixelWork(config: Config): Promise<{ work?: PixelExecutor }> {
  const workers = config.workers === 'auto' ? Math.min(availableParallelism(), MAX_WORKERS) : config.workers;
  if (workers === 0) return {};
  const { createPixelPool } = await import('../adapters/pixels/workers/pixel-pool.ts');
  return { work: createPixelPool({ workers, maxTimeMs: config.maxPictureTime }) };
}

/** The bytes of a file that the user named. Throws `not_found`, `file_unreadable` and `file_too_big`. */
export function readPicture(config: Config, file: string): Promise<Uint8Array> {
  return readNamed(file, maxFileBytes(config));
}

/** The configured mask's bytes (see `Adapters`). */
export async function maskOf(config: Config): Promise<Uint8Array | undefined> {
  if (config.mask === '') return undefined;
  const { checkMask } = await import('../adapters/pixels/mask-file.ts');
  let bytes: Uint8Array;
  try {
    bytes = await readPicture(config, config.mask);
  } catch (thrown) {
    if (!(thrown instanceof ImgpipeError)) throw thrown;
    throw new ImgpipeError('config_invalid', `mask: ${thrown.message}`, { cause: thrown });
  }
  await checkMask(config.mask, bytes, limitsOf(config));
  return bytes;
}

function limitsOf(config: Config) {
  return { maxPixels: Math.round(config.maxMegapixels * 1e6), maxMemory: config.maxPictureMemory * 1e6 };
}

/** The largest picture that is received, in bytes. */
export function maxFileBytes(config: Config): number {
  return Math.round(config.maxFileMegabytes * 1e6);
}

/** Opens the configured broker's bus. Throws `config_invalid` for its settings at once, before anything is opened. */
function busOpener(
  config: Config,
  command: string,
  createEmbedded: () => EventBus,
): (options: OpenBusOptions) => Promise<EventBus> {
  const connection = kafkaConnectionOf(config);
  if (connection === undefined) return async () => createEmbedded();
  const clientId = `${connection.clientId}-${command}-${process.pid}`;
  return async (options) => {
    // Loaded on demand, because it slows down the start.
    const { openKafkaBus } = await import('../adapters/kafka/broker.ts');
    return openKafkaBus({ ...connection, clientId }, options);
  };
}

function isPaths(input: readonly string[] | ImageSource): input is readonly string[] {
  return Array.isArray(input);
}

function absolute(folder: string): string {
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
