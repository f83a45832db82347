import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFileObjectStore } from './adapters/files/object-store.ts';
import { createFileSource } from './adapters/files/source.ts';
import { createPictureCache } from './adapters/jimp/picture-cache.ts';
import { createSqliteCatalog } from './adapters/sqlite/catalog.ts';
import { openDatabase } from './adapters/sqlite/database.ts';
import { createEmbeddedBus } from './adapters/sqlite/event-bus.ts';
import { L2, TECHNIQUES } from './analysis/techniques.ts';
import { kafkaConnectionOf } from './config/kafka-connection.ts';
import type { Config } from './config/settings.ts';
import { ImgpipeError } from './domain/errors.ts';
import type { DeadLetterHead, DeadLetterRecord } from './domain/records.ts';
import type { Observer } from './domain/reports.ts';
import { bindBus } from './operations/bind-bus.ts';
import { type CleanPlan, clean, planClean } from './operations/clean.ts';
import { deadLetterHeads, findDeadLetter } from './operations/dead-letters.ts';
import { type Replayed, replay } from './operations/replay.ts';
import { type Status, status } from './operations/status.ts';
import { type AlertView, view } from './operations/view.ts';
import { type Catalog, type Claim, FOLDER_CLAIM, type PipelineIdentity } from './ports/catalog.ts';
import type { Comparator } from './ports/comparator.ts';
import type { Broker, EventBus, OpenBusOptions } from './ports/event-bus.ts';
import type { ImageSource } from './ports/image-source.ts';
import type { ObjectStore } from './ports/object-store.ts';
import { createAlertStage } from './stages/alert.ts';
import { createAnalyzeStage } from './stages/analyze.ts';
import { claimThreshold } from './stages/claims.ts';
import { consume, type Stage } from './stages/consume.ts';
import { createOutbox } from './stages/outbox.ts';
import { patiently } from './stages/patience.ts';
import { type Received, receive } from './stages/receive.ts';
import { type RunResult, run } from './stages/run.ts';

/** How a stage is run: until the signal, or until its input is empty. */
export interface StageOptions extends Observer {
  readonly signal: AbortSignal;
  readonly drain?: boolean;
}

/** A pipeline in its folder. Each method is a command; stages end with what is in hand finished once their signal aborts. */
export interface Pipeline {
  /** The data folder's absolute path. */
  readonly data: string;
  readonly broker: string;
  /** Takes in pictures from files and folders, or without a path the generated stream. */
  receive(paths: readonly string[], options: StageOptions): Promise<Received>;
  analyze(options: StageOptions): Promise<void>;
  alert(options: StageOptions): Promise<void>;
  /** The three stages in this process, until what it received is closed. */
  run(paths: readonly string[], options: StageOptions): Promise<RunResult>;
  view(alert: number): Promise<AlertView>;
  status(options: { check: boolean; onChecked?: (files: number) => void }): Promise<Status>;
  /** The dead letters, the newest first. */
  deadLetters(): AsyncIterable<DeadLetterHead>;
  /** A dead letter with its message. Throws `not_found`. */
  deadLetter(id: number): Promise<DeadLetterRecord>;
  /** Has dead letters handled again, each once. Throws `not_found`. */
  replay(ids: readonly number[] | 'all', options: StageOptions): Promise<Replayed[]>;
  planClean(): Promise<CleanPlan>;
  /** `keepTopics` leaves the messages where they are: they are passed over later. */
  clean(options?: { keepTopics?: boolean }): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly config: Config;
  /** What the pipeline is opened for, as others will be told: `receive`. */
  readonly command: string;
  /** Makes the folder and the catalog where there are none; without it that is `not_found`. */
  readonly create: boolean;
  /** Ends the waiting for a folder out of reach, with `wait`. */
  readonly signal?: AbortSignal;
  readonly onReport?: Observer['onReport'];
}

/** The picture that the generated stream starts from. */
const ORIGINAL = fileURLToPath(new URL('../image_original/original_image.jpg', import.meta.url));

/** Opens the pipeline in the configured folder. */
export async function openPipeline(options: OpenOptions): Promise<Pipeline> {
  const { config, command } = options;
  const as = `imgpipe ${command} (process ${process.pid})`;
  const data = absolute(config.data);
  const db = await reached(options, () => openDatabase(path.join(data, 'imgpipe.db'), { create: options.create, as }));
  const catalog = createSqliteCatalog(db);
  const store = createFileObjectStore(data);
  const broker = brokerOf(config, command, () => createEmbeddedBus(db, catalog, as));
  return assemble({ config, command, as, catalog, broker, store });
}

/** The configured broker. Its bus is opened once, when it is first needed, and closed by `close`. */
function brokerOf(config: Config, command: string, createEmbedded: () => EventBus): ClosableBroker {
  const connection = kafkaConnectionOf(config);
  let opened: EventBus | undefined;

  async function openBus(options: OpenBusOptions): Promise<EventBus> {
    if (connection === undefined) return createEmbedded();
    // Loaded by those who need it: everything else starts the faster without.
    const { openKafkaBus } = await import('./adapters/kafka/broker.ts');
    const clientId = `${connection.clientId}-${command}-${process.pid}`;
    return openKafkaBus({ ...connection, clientId }, options);
  }

  return {
    address: config.broker,
    open: async (options) => {
      opened ??= await openBus(options);
      return opened;
    },
    close: async () => opened?.close(),
  };
}

interface ClosableBroker extends Broker {
  close(): Promise<void>;
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

/** Work at the start: with the setting `wait` it is tried again until the surroundings let it succeed. */
async function reached<T>(
  { config, command, signal, onReport }: Omit<OpenOptions, 'create'>,
  work: () => Promise<T>,
): Promise<T> {
  if (!config.wait) return work();
  const stage = command === 'analyze' || command === 'alert' ? command : 'receive';
  return patiently({ stage, signal: signal ?? new AbortController().signal, ...(onReport && { onReport }) }, work);
}

interface Parts {
  readonly config: Config;
  readonly command: string;
  readonly as: string;
  readonly catalog: Catalog;
  readonly broker: ClosableBroker;
  readonly store: ObjectStore;
}

/** How long a broker may take to answer at the start. */
const LONGEST_OPEN_MS = 4000;

/** What a stage finds when it begins. */
interface Workplace {
  readonly pipeline: PipelineIdentity;
  readonly bus: EventBus;
}

function assemble({ config, command, as, catalog, broker, store }: Parts): Pipeline {
  const technique = TECHNIQUES.find(({ name }) => name === config.technique) ?? L2;
  // Where one process generates and compares, each picture is decoded once.
  const decoding = { maxPixels: Math.round(config.maxMegapixels * 1e6), cache: createPictureCache() };

  async function checked(): Promise<PipelineIdentity> {
    const identity = await catalog.identity();
    if (identity.cleaning) {
      throw new ImgpipeError(
        'clean_unfinished',
        `a clean of ${store.address} was broken off: run 'imgpipe clean' again`,
      );
    }
    return identity;
  }

  /** Runs a stage while the folder is known to be in use. */
  async function atWork<T>(options: StageOptions, work: (at: Workplace) => Promise<T>): Promise<T> {
    const start = { ...options, config, command };
    const claim = await reached(start, () => shareFolder());
    try {
      const pipeline = await checked();
      const bus = await reached(start, () => broker.open({ create: true, withinMs: LONGEST_OPEN_MS }));
      await reached(start, () => bindBus(catalog, bus, L2.id));
      await reached(start, () => store.sweep());
      return await work({ pipeline, bus });
    } finally {
      await claim.release();
    }
  }

  async function shareFolder(): Promise<Claim> {
    for (let tries = 1; ; tries += 1) {
      const answer = await catalog.claim(FOLDER_CLAIM, as, 'shared');
      if ('claim' in answer) return answer.claim;
      // A clean that is about to be refused holds the folder for a moment.
      if (tries === 5) throw new ImgpipeError('at_work', `${store.address} is being cleaned by ${answer.heldBy}`);
      await sleep(20);
    }
  }

  async function source(paths: readonly string[]): Promise<ImageSource> {
    if (paths.length > 0) return createFileSource({ paths, maxBytes: Math.round(config.maxFileMegabytes * 1e6) });
    // Codecs are loaded by those who need them: view and status start faster without.
    const { createGeneratedSource } = await import('./adapters/jimp/generated-source.ts');
    const { count, interval } = config;
    return createGeneratedSource({ originalPath: ORIGINAL, count, intervalMs: interval, ...decoding });
  }

  async function comparing<T>(work: (comparator: Comparator) => Promise<T>): Promise<T> {
    const { createComparator } = await import('./adapters/jimp/comparator.ts');
    const comparator = createComparator(decoding);
    try {
      await comparator.ready();
      return await work(comparator);
    } finally {
      await comparator.close();
    }
  }

  /** Receives, and meanwhile looks after what other receivers left behind; where one of the two fails, both end. */
  async function receiving(
    { pipeline, bus }: Workplace,
    pictures: ImageSource,
    options: StageOptions,
  ): Promise<Received> {
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal, ended.signal]);
    const parts = { ...options, signal, as, catalog, store, bus, pipelineId: pipeline.pipelineId };
    const { stream } = config;
    const outbox = createOutbox(parts);
    const end = () => ended.abort();
    const [tended, received] = await Promise.allSettled([
      outbox.tend(stream).finally(end),
      receive({ ...parts, outbox, source: pictures, stream }).finally(end),
    ]);
    if (tended.status === 'rejected') throw tended.reason;
    if (received.status === 'rejected') throw received.reason;
    return received.value;
  }

  function analyzing({ pipeline }: Workplace, comparator: Comparator, options: StageOptions): Stage {
    const { threshold, objectWait } = config;
    const parts = { ...options, catalog, store, comparator, pipeline };
    return createAnalyzeStage({ ...parts, technique: technique.id, threshold, objectWaitMs: objectWait });
  }

  function alerting({ pipeline }: Workplace, options: StageOptions): Stage {
    return createAlertStage({ ...options, catalog, store, pipeline });
  }

  function consuming(stage: Stage, { bus }: Workplace, { drain = false, ...options }: StageOptions): Promise<void> {
    return consume(stage, { ...options, bus, drain });
  }

  /** Holds the technique's threshold while the work lasts. */
  async function judging<T>(options: StageOptions, work: (comparator: Comparator) => Promise<T>): Promise<T> {
    const claim = await reached({ ...options, config, command }, () =>
      claimThreshold(catalog, technique.id, config.threshold, { as, signal: options.signal }),
    );
    try {
      return await comparing(work);
    } finally {
      await claim.release();
    }
  }

  return {
    data: store.address,
    broker: broker.address,

    receive: (paths, options) => atWork(options, async (at) => receiving(at, await source(paths), options)),

    analyze: (options) =>
      atWork(options, (at) =>
        judging(options, (comparator) => consuming(analyzing(at, comparator, options), at, options)),
      ),

    alert: (options) => atWork(options, (at) => consuming(alerting(at, options), at, options)),

    run: (paths, options) =>
      atWork(options, (at) =>
        judging(options, async (comparator) => {
          const pictures = await source(paths);
          return run({
            ...options,
            catalog,
            bus: at.bus,
            analyze: analyzing(at, comparator, options),
            alert: alerting(at, options),
            receive: (signal) => receiving(at, pictures, { ...options, signal }),
            stream: config.stream,
            technique: technique.id,
          });
        }),
      ),

    view: async (alert) => {
      await checked();
      return view(catalog, store, alert);
    },

    status: async (options) => {
      await checked();
      return status({ catalog, store, broker, defaultTechnique: L2.id }, options);
    },

    async *deadLetters() {
      await checked();
      yield* deadLetterHeads(catalog);
    },

    deadLetter: async (id) => {
      await checked();
      return findDeadLetter(catalog, id);
    },

    replay: (ids, options) =>
      atWork(options, ({ pipeline, bus }) => {
        const parts = { ...options, as, catalog, store, bus, pipelineId: pipeline.pipelineId };
        return replay({ ...parts, publishIfFree: createOutbox(parts).publishIfFree }, ids);
      }),

    planClean: () => planClean({ catalog, store }),

    clean: async ({ keepTopics = false } = {}) => {
      const bus = keepTopics ? undefined : await broker.open({ create: false, withinMs: LONGEST_OPEN_MS });
      await clean({ catalog, store, bus, as });
    },

    close: async () => {
      await broker.close();
      await catalog.close();
    },
  };
}
