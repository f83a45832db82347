import { hostname } from 'node:os';
import { L2 } from '../analysis/techniques.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { imageKey } from '../domain/object-keys.ts';
import type { DeadLetterHead, DeadLetterRecord } from '../domain/records.ts';
import { type Observer, STAGES, type StageName } from '../domain/reports.ts';
import { type Liveness, liveness } from '../operations/alive.ts';
import { bindBus, requireBus } from '../operations/bind-bus.ts';
import { type CleanPlan, clean, planClean } from '../operations/clean.ts';
import { deadLetterHeads, findDeadLetter } from '../operations/dead-letters.ts';
import { keepMask } from '../operations/keep-mask.ts';
import { type Replayed, replay } from '../operations/replay.ts';
import { type Status, status } from '../operations/status.ts';
import { type AlertView, view } from '../operations/view.ts';
import type { Comparator, Measure } from '../ports/comparator.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { createAlertStage } from '../stages/alert.ts';
import { createAnalyzeStage } from '../stages/analyze.ts';
import { consume, type Stage } from '../stages/consume.ts';
import { lockThreshold } from '../stages/locks.ts';
import { createOutbox } from '../stages/outbox.ts';
import { type Received, receive } from '../stages/receive.ts';
import { type RunResult, run } from '../stages/run.ts';
import { type Adapters, openAdapters } from './adapters.ts';
import { measureOf } from './measure.ts';
import { type ServeOptions, serveViewer, withMetrics } from './serve-viewer.ts';
import { checkedIdentity, MAX_OPEN_MS, retryAtStart, type Session, withSession } from './session.ts';

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
  /** The absolute path of an object of the store, by its key. */
  locate(key: string): string;
  /** The bytes of an object of the store, by its key. Throws `not_found`. */
  read(key: string): Promise<Uint8Array>;
  /** Takes in pictures from files and folders, or without a path the generated stream. */
  receive(paths: readonly string[], options: StageOptions): Promise<Received>;
  analyze(options: StageOptions): Promise<void>;
  alert(options: StageOptions): Promise<void>;
  /** The three stages in this process, until what it received is closed. */
  run(paths: readonly string[], options: StageOptions): Promise<RunResult>;
  view(alert: number): Promise<AlertView>;
  /** An alert's image as a JPEG file, with a box around each of its regions. */
  boxed(alert: AlertView): Promise<Uint8Array>;
  /** Shows the alerts to browsers until the signal. Throws `port_unavailable`. */
  serve(options: ServeOptions): Promise<void>;
  status(options: { check: boolean; onChecked?: (files: number) => void }): Promise<Status>;
  /** Whether a stage is alive on this host; asks the catalog alone. */
  alive(stage: StageName): Promise<Liveness>;
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

export type { ServeOptions } from './serve-viewer.ts';

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

/** Opens the pipeline in the configured folder. */
export async function openPipeline(options: OpenOptions): Promise<Pipeline> {
  const { config, command, create } = options;
  const as = `imgpipe ${command} (process ${process.pid})`;
  const adapters = await retryAtStart(options, () => openAdapters({ config, command, as, create }));
  return assemble({ config, command, as, adapters });
}

interface Parts {
  readonly config: Config;
  readonly command: string;
  readonly as: string;
  readonly adapters: Adapters;
}

/** What images are compared with, and how. */
interface Judging extends Measure {
  readonly comparator: Comparator;
}

function assemble({ config, command, as, adapters }: Parts): Pipeline {
  const { catalog, store, broker } = adapters;

  const statusOf = (options: Parameters<Pipeline['status']>[0]) =>
    status({ catalog, store, broker, defaultTechnique: L2.id }, options);

  function at<T>(
    stages: readonly StageName[],
    { signal, onReport }: StageOptions,
    work: (session: Session) => Promise<T>,
    bind = (bus: EventBus) => bindBus(catalog, bus, L2.id),
  ): Promise<T> {
    const parts = { config, command, signal, onReport, as, adapters, bind };
    return withMetrics({ stages, config, catalog }, () => withSession(stages, parts, work));
  }

  /** Receives, and meanwhile looks after what other receivers left behind; where one of the two fails, both end. */
  async function receiving(
    { pipeline, bus }: Session,
    pictures: ImageSource,
    options: StageOptions,
  ): Promise<Received> {
    const ended = new AbortController();
    const signal = AbortSignal.any([options.signal, ended.signal]);
    const bytes = await adapters.mask();
    const mask = bytes === undefined ? null : await keepMask(store, bytes);
    const parts = { ...options, signal, as, catalog, store, bus, pipelineId: pipeline.pipelineId };
    const { stream } = config;
    const outbox = createOutbox(parts);
    const end = () => ended.abort();
    const [tended, received] = await Promise.allSettled([
      outbox.recoverStreams(stream).finally(end),
      receive({ ...parts, outbox, source: pictures, stream, mask }).finally(end),
    ]);
    if (tended.status === 'rejected') throw tended.reason;
    if (received.status === 'rejected') throw received.reason;
    return received.value;
  }

  function analyzing({ pipeline }: Session, judge: Judging, options: StageOptions): Stage {
    return createAnalyzeStage({ ...options, ...judge, catalog, store, pipeline, objectWaitMs: config.objectWait });
  }

  function alerting({ pipeline }: Session, options: StageOptions): Stage {
    return createAlertStage({ ...options, catalog, store, pipeline });
  }

  function consuming(stage: Stage, { bus }: Session, { drain = false, ...options }: StageOptions): Promise<void> {
    return consume(stage, { ...options, bus, drain });
  }

  /** Holds the technique's threshold while the work lasts. */
  async function judging<T>(options: StageOptions, work: (judge: Judging) => Promise<T>): Promise<T> {
    const { signal } = options;
    const measure = measureOf(config);
    const lock = await retryAtStart({ ...options, config, command }, () =>
      lockThreshold(catalog, measure.technique, measure.threshold, { as, signal }),
    );
    try {
      const comparator = await adapters.comparator();
      try {
        await comparator.ready();
        return await work({ comparator, ...measure });
      } finally {
        await comparator.close();
      }
    } finally {
      await lock.release();
    }
  }

  async function read(key: string): Promise<Uint8Array> {
    const bytes = await store.get(key);
    if (bytes === undefined) throw new ImgpipeError('not_found', `${store.locate(key)} does not exist`);
    return bytes;
  }

  return {
    data: store.address,
    broker: broker.address,
    locate: (key) => store.locate(key),
    read,

    receive: (paths, options) =>
      at(['receive'], options, async (session) => receiving(session, await adapters.source(paths), options)),

    analyze: (options) =>
      at(['analyze'], options, (session) =>
        judging(options, (judge) => consuming(analyzing(session, judge, options), session, options)),
      ),

    alert: (options) => at(['alert'], options, (session) => consuming(alerting(session, options), session, options)),

    run: (paths, options) =>
      at(STAGES, options, (session) =>
        judging(options, async (judge) => {
          const pictures = await adapters.source(paths);
          return run({
            ...options,
            catalog,
            bus: session.bus,
            analyze: analyzing(session, judge, options),
            alert: alerting(session, options),
            receive: (signal) => receiving(session, pictures, { ...options, signal }),
            stream: config.stream,
            technique: judge.technique,
          });
        }),
      ),

    view: async (alert) => {
      await checkedIdentity(adapters);
      return view(catalog, store, alert);
    },

    boxed: async ({ event, image }) => {
      const bytes = await read(imageKey(image));
      return adapters.boxed({ bytes, format: image.format }, event.regions?.first ?? []);
    },

    serve: (options) => serveViewer({ config, adapters, status: () => statusOf({ check: false }) }, options),

    status: async (options) => {
      await checkedIdentity(adapters);
      return statusOf(options);
    },

    alive: (stage) => liveness(catalog, { stage, host: hostname() }),

    async *deadLetters() {
      await checkedIdentity(adapters);
      yield* deadLetterHeads(catalog);
    },

    deadLetter: async (id) => {
      await checkedIdentity(adapters);
      return findDeadLetter(catalog, id);
    },

    replay: (ids, options) => {
      const work = ({ pipeline, bus }: Session) => {
        const parts = { ...options, as, catalog, store, bus, pipelineId: pipeline.pipelineId };
        return replay({ ...parts, publishIfFree: createOutbox(parts).publishIfFree }, ids);
      };
      return at([], options, work, (bus) => requireBus(catalog, bus));
    },

    planClean: () => planClean({ catalog, store }),

    clean: async ({ keepTopics = false } = {}) => {
      const bus = keepTopics ? undefined : await broker.open({ create: false, withinMs: MAX_OPEN_MS });
      await clean({ catalog, store, bus, as });
    },

    close: () => adapters.close(),
  };
}
