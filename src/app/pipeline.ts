import { L2 } from '../analysis/techniques.ts';
import type { Config } from '../config/settings.ts';
import { type Observer, STAGES, type StageName } from '../domain/reports.ts';
import { bindBus, requireBus } from '../operations/bind-bus.ts';
import { type CleanPlan, clean, planClean } from '../operations/clean.ts';
import { type Replayed, replay } from '../operations/replay.ts';
import { refuseCopy, settleLocation } from '../operations/settle-location.ts';
import { type Status, status } from '../operations/status.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { createAlertStage } from '../stages/alert.ts';
import { createAnalyzeStage } from '../stages/analyze/analyze.ts';
import { type TechniqueInUse, withTechnique } from '../stages/analyze/with-technique.ts';
import { consume, type Stage } from '../stages/consume/consume.ts';
import { whileHeld } from '../stages/locks/held-lock.ts';
import type { Received } from '../stages/receive/intake.ts';
import { createReceiver, type Receiver } from '../stages/receive/receiver.ts';
import { publishIfFree } from '../stages/receive/recover-streams.ts';
import { type RunResult, run } from '../stages/run.ts';
import { type Adapters, openAdapters } from './adapters.ts';
import { checkedIdentity } from './checked-identity.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import type { Access } from './data-folder.ts';
import { measureOf } from './measure.ts';
import { type Reader, readerOf } from './reader.ts';
import { type ServeOptions, serveViewer, withMetrics } from './serve-viewer.ts';
import { MAX_OPEN_MS, retryAtStart, type Session, withSession } from './session.ts';

/** How a stage runs: until the signal aborts, or with `drain` until its input is empty. */
export interface StageOptions extends Observer {
  readonly signal: AbortSignal;
  readonly drain?: boolean;
}

/** A pipeline. Each method is a command. A stage whose signal aborts completes what is in flight and ends. */
export interface Pipeline extends Reader {
  /** Receives pictures from files and folders, from a source, or the generated stream if there is no path. */
  receive(input: readonly string[] | ImageSource, options: StageOptions): Promise<Received>;
  analyze(options: StageOptions): Promise<void>;
  alert(options: StageOptions): Promise<void>;
  /** Runs the three stages in this process until every image that it received is handled. */
  run(input: readonly string[] | ImageSource, options: StageOptions): Promise<RunResult>;
  /** Serves the viewer until the signal aborts. Throws `port_unavailable`. */
  serve(options: ServeOptions): Promise<void>;
  status(options: { check: boolean; onChecked?: (files: number) => void }): Promise<Status>;
  /** Replays dead letters. Throws `not_found`. */
  replay(ids: readonly number[] | 'all', options: StageOptions): Promise<Replayed[]>;
  planClean(): Promise<CleanPlan>;
  /** `keepTopics` leaves the messages in their topics; stages skip them later. */
  clean(options?: { keepTopics?: boolean }): Promise<void>;
}

export type { ServeOptions } from './serve-viewer.ts';

export interface OpenOptions {
  readonly config: Config;
  /** The command that opens the pipeline, for messages: `receive`. */
  readonly command: string;
  /** A pipeline that is opened to `read` has only the methods of its reader, `status` and `serve`. */
  readonly access: Access;
  /** Ends the retries of the setting `wait`. */
  readonly signal?: AbortSignal;
  readonly onReport?: Observer['onReport'];
  /** The techniques that a program provides. */
  readonly techniques?: readonly RegisteredTechnique[];
}

/** Opens the configured pipeline. */
export async function openPipeline(options: OpenOptions): Promise<Pipeline> {
  const { config, command, access, techniques = [] } = options;
  const as = `imgpipe ${command} (process ${process.pid})`;
  const adapters = await retryAtStart(options, () => openAdapters({ config, command, as, access, techniques }));
  return pipelineOn({ config, command, as, adapters, techniques });
}

/** Opens a pipeline for a command that changes it. Throws `not_found` if there is none. */
export function openExistingPipeline(options: OpenOptions): Promise<Pipeline> {
  return openPipeline({ ...options, access: 'existing' });
}

export interface PipelineParts {
  readonly config: Config;
  readonly command: string;
  readonly as: string;
  readonly adapters: Adapters;
  readonly techniques?: readonly RegisteredTechnique[];
}

/** The pipeline on open adapters. */
export function pipelineOn({ config, command, as, adapters, techniques = [] }: PipelineParts): Pipeline {
  const { catalog, store, broker } = adapters;

  const statusOf = (options: Parameters<Pipeline['status']>[0]) =>
    status({ catalog, store, broker, defaultTechnique: L2.id }, options);

  function inSession<T>(
    stages: readonly StageName[],
    { signal, onReport }: StageOptions,
    work: (session: Session) => Promise<T>,
    bind = (bus: EventBus) => bindBus(catalog, bus),
  ): Promise<T> {
    const parts = { config, command, signal, onReport, as, adapters, bind };
    return withMetrics({ stages, config, catalog }, () => withSession(stages, parts, work));
  }

  /** Runs work with a receiver, which outlives the sessions of the work. */
  async function withReceiver<T>(
    input: readonly string[] | ImageSource,
    options: StageOptions,
    work: (receiver: Receiver) => Promise<T>,
  ): Promise<T> {
    const openSource = () => adapters.source(input);
    const { stream } = config;
    const receiver = createReceiver({ ...options, as, catalog, store, stream, openSource, readMask: adapters.mask });
    try {
      return await work(receiver);
    } finally {
      receiver.close();
    }
  }

  function inTechnique<T>(
    options: StageOptions,
    { lost }: Session,
    work: (technique: TechniqueInUse) => Promise<T>,
  ): Promise<T> {
    const atStart = <L>(acquire: () => Promise<L>) => retryAtStart({ ...options, config, command }, acquire);
    const openComparator = () => adapters.comparator();
    return withTechnique(
      { ...options, as, catalog, measure: measureOf(config, techniques), lost, openComparator, atStart },
      work,
    );
  }

  function analyzeStage(options: StageOptions, { pipeline }: Session, technique: TechniqueInUse): Stage {
    const held = { catalog: whileHeld(catalog, technique.lost), store: whileHeld(store, technique.lost) };
    return createAnalyzeStage({ ...options, ...technique, ...held, pipeline, objectWaitMs: config.objectWait });
  }

  function alertStage(options: StageOptions, { pipeline }: Session, lost: AbortSignal): Stage {
    return createAlertStage({
      ...options,
      catalog: whileHeld(catalog, lost),
      store: whileHeld(store, lost),
      pipeline,
    });
  }

  return {
    ...readerOf(adapters),

    receive: (input, options) =>
      withReceiver(input, options, (receiver) =>
        inSession(['receive'], options, ({ pipeline, bus, lost }) =>
          receiver.receive({ pipelineId: pipeline.pipelineId, bus, lost, signal: options.signal }),
        ),
      ),

    analyze: ({ drain = false, ...options }) =>
      inSession(['analyze'], options, (session) =>
        inTechnique(options, session, (technique) => {
          const stage = analyzeStage(options, session, technique);
          return consume(stage, { ...options, bus: session.bus, lost: technique.lost, drain });
        }),
      ),

    alert: ({ drain = false, ...options }) =>
      inSession(['alert'], options, (session) => {
        const { bus, lost } = session;
        return consume(alertStage(options, session, lost), { ...options, bus, lost, drain });
      }),

    run: (input, options) =>
      withReceiver(input, options, (receiver) =>
        inSession(STAGES, options, (session) =>
          inTechnique(options, session, ({ lost, ...technique }) => {
            const { bus } = session;
            const { pipelineId } = session.pipeline;
            return run({
              ...options,
              catalog,
              bus,
              lost,
              analyze: analyzeStage(options, session, { ...technique, lost }),
              alert: alertStage(options, session, lost),
              receive: (signal) => receiver.receive({ pipelineId, bus, lost, signal }),
              stream: config.stream,
              technique: technique.technique,
            });
          }),
        ),
      ),

    serve: (options) => serveViewer({ config, adapters, status: () => statusOf({ check: false }) }, options),

    status: async (options) => {
      await checkedIdentity(adapters);
      const found = await statusOf(options);
      await catalog.verify();
      return found;
    },

    replay: (ids, options) =>
      inSession(
        [],
        options,
        ({ pipeline: { pipelineId }, bus, lost }) => {
          const recovery = { ...options, as, catalog, store, bus, pipelineId, lost };
          const held = { catalog: whileHeld(catalog, lost), bus: whileHeld(bus, lost) };
          return replay(
            { ...options, ...held, pipelineId, publishIfFree: (stream) => publishIfFree(recovery, stream) },
            ids,
          );
        },
        (bus) => requireBus(catalog, bus),
      ),

    planClean: async () => {
      if (!config.asCopy) refuseCopy(await catalog.location());
      return planClean({ catalog, store });
    },

    clean: async ({ keepTopics = false } = {}) => {
      const bus = keepTopics ? undefined : await broker.open({ create: false, withinMs: MAX_OPEN_MS });
      await settleLocation({ catalog, as, asCopy: config.asCopy });
      await clean({ catalog, store, bus, as });
    },
  };
}
