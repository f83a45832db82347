import { L2 } from '../analysis/techniques.ts';
import type { Config } from '../config/settings.ts';
import { type Observer, STAGES, type StageName } from '../domain/reports.ts';
import { bindBus, createBusCheck, requireBus } from '../operations/bind-bus.ts';
import { type CleanPlan, clean, namingKeepTopics, planClean } from '../operations/clean.ts';
import { type Dropped, drop } from '../operations/drop.ts';
import { refuseOtherStore } from '../operations/other-store.ts';
import { type Replayed, replay } from '../operations/replay.ts';
import { refuseCopy, resolveLocation } from '../operations/resolve-location.ts';
import { type Status, status } from '../operations/status.ts';
import type { Measure } from '../ports/comparator.ts';
import type { ImageSource } from '../ports/image-source.ts';
import { createAlertStage } from '../stages/alert.ts';
import { createAnalyzeStage } from '../stages/analyze/analyze.ts';
import { type TechniqueInUse, withTechnique } from '../stages/analyze/with-technique.ts';
import { type ConsumeParts, consume, type Stage } from '../stages/consume/consume.ts';
import { throwIfLost, whileHeld } from '../stages/locks/held-lock.ts';
import type { Received } from '../stages/receive/intake.ts';
import { createReceiver, type Receiver } from '../stages/receive/receiver.ts';
import { createReconciler, type ReconcileParts, type Reconciler } from '../stages/reconcile/reconciler.ts';
import { type RunResult, run } from '../stages/run.ts';
import { type Adapters, checkedIdentity, openAdapters } from './adapters.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';
import type { Access } from './data-folder.ts';
import { measureOf } from './measure.ts';
import { type Reader, readerOf } from './reader.ts';
import { type ServeOptions, serveViewer, withMetrics } from './serve-viewer.ts';
import { retryAtStart, type Session, type SessionParts, withSession, withSharedCatalog } from './session.ts';
import { withoutWaiting } from './without-waiting.ts';

/** How a stage runs: until the signal aborts, or with `drain` until its input is empty. */
export interface StageOptions extends Observer {
  readonly signal: AbortSignal;
  readonly drain?: boolean;
  /** Moves the pipeline to the configured bus, if its messages are on another one. Throws `in_use` while another stage runs. */
  readonly rebind?: boolean;
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
  status(options: { check: boolean; deep?: boolean; onChecked?: (files: number) => void }): Promise<Status>;
  /** Replays dead letters. Throws `not_found`. */
  replay(ids: readonly number[] | 'all', options: StageOptions): Promise<Replayed[]>;
  /** Drops dead letters: they are settled for good. Throws `not_found`. */
  drop(ids: readonly number[] | 'all'): Promise<Dropped[]>;
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
    status({ data: adapters.data, catalog, store, broker, defaultTechnique: L2.id }, options);

  function inSession<T>(
    stages: readonly StageName[],
    { signal, onReport, rebind = false }: StageOptions,
    work: (session: Session) => Promise<T>,
    bind: SessionParts['bind'] = (bus, as) => bindBus({ ...as, ...(onReport && { onReport }) }, bus, { rebind }),
  ): Promise<T> {
    const parts = { config, command, signal, onReport, as, adapters, bind, exclusive: rebind };
    return withMetrics({ stages, config, catalog }, () => withSession(stages, parts, work));
  }

  /** Runs work with a receiver, which outlives the sessions of the work. */
  async function withReceiver<T>(
    input: readonly string[] | ImageSource,
    options: StageOptions,
    work: (receiver: Receiver) => Promise<T>,
  ): Promise<T> {
    const openSource = () => adapters.source(input, options);
    const { stream } = config;
    // Before anything is consumed.
    const mask = await adapters.mask();
    const readMask = async () => mask;
    const { readCapture } = adapters;
    const receiver = createReceiver({ ...options, as, stream, openSource, readMask, readCapture });
    try {
      return await work(receiver);
    } finally {
      receiver.close();
    }
  }

  function inTechnique<T>(
    options: StageOptions,
    measure: Measure,
    { catalog, lost, atStart }: Session,
    work: (technique: TechniqueInUse) => Promise<T>,
  ): Promise<T> {
    const openComparator = () => adapters.comparator();
    return withTechnique({ ...options, as, catalog, measure, lost, openComparator, atStart }, work);
  }

  function reconcilerOf(
    options: StageOptions,
    { pipeline: { pipelineId }, catalog, store, bus, lost }: Session,
    which: Pick<ReconcileParts, 'stage' | 'images' | 'events' | 'analyzes'>,
  ): Reconciler {
    const checkBus = createBusCheck({ ...options, catalog }, bus);
    const parts = { ...options, ...which, as, catalog, store, bus, pipelineId, lost, checkBus };
    return createReconciler({ ...parts, defaultTechnique: L2.id, techniqueIdleMs: config.techniqueIdle });
  }

  /** Consumes while the reconciler works. With `drain`, ends after a round that found nothing to publish. */
  function consumeWith(
    reconciler: Reconciler,
    stage: Stage,
    parts: ConsumeParts & Pick<Session, 'lost'>,
  ): Promise<void> {
    return reconciler.during(async (signal) => {
      do await consume(stage, { ...parts, signal });
      while (parts.drain && !signal.aborted && (await reconciler.round()) > 0);
      // A round ends without an error once the lock is lost.
      if (!signal.aborted) throwIfLost(parts.lost);
    });
  }

  function analyzeStage(
    options: StageOptions,
    { pipeline, catalog, store }: Session,
    technique: TechniqueInUse,
  ): Stage {
    const held = { catalog: whileHeld(catalog, technique.lost), store: whileHeld(store, technique.lost) };
    return createAnalyzeStage({ ...options, ...technique, ...held, pipeline, objectWaitMs: config.objectWait });
  }

  function alertStage(options: StageOptions, { pipeline, catalog, store }: Session, lost: AbortSignal): Stage {
    const held = { catalog: whileHeld(catalog, lost), store: whileHeld(store, lost) };
    return createAlertStage({ ...options, ...held, pipeline });
  }

  function receiveImages(input: readonly string[] | ImageSource, options: StageOptions): Promise<Received> {
    return withReceiver(input, options, (receiver) =>
      inSession(['receive'], options, (session) => {
        const { pipelineId } = session.pipeline;
        const reconciler = reconcilerOf(options, session, { stage: 'receive', images: 'all', events: false });
        return reconciler.during((signal) => receiver.receive({ ...session, pipelineId, reconciler, signal }));
      }),
    );
  }

  async function analyzeImages({ drain = false, ...options }: StageOptions): Promise<void> {
    const measure = measureOf(config, techniques);
    return inSession(['analyze'], options, (session) =>
      inTechnique(options, measure, session, (technique) => {
        const { lost } = technique;
        const stage = analyzeStage(options, session, technique);
        const images = { technique: technique.technique };
        const which = { stage: 'analyze', images, events: true, analyzes: technique.technique } as const;
        const reconciler = reconcilerOf(options, { ...session, lost }, which);
        return consumeWith(reconciler, stage, { ...options, bus: session.bus, lost, drain });
      }),
    );
  }

  function raiseAlerts({ drain = false, ...options }: StageOptions): Promise<void> {
    return inSession(['alert'], options, (session) => {
      const { bus, lost } = session;
      const reconciler = reconcilerOf(options, session, { stage: 'alert', images: 'none', events: true });
      return consumeWith(reconciler, alertStage(options, session, lost), { ...options, bus, lost, drain });
    });
  }

  async function runAll(input: readonly string[] | ImageSource, options: StageOptions): Promise<RunResult> {
    const measure = measureOf(config, techniques);
    return withReceiver(input, options, (receiver) =>
      inSession(STAGES, options, (session) =>
        inTechnique(options, measure, session, ({ lost, ...technique }) => {
          const { catalog, store, bus } = session;
          const { pipelineId } = session.pipeline;
          const which = { stage: 'receive', images: 'all', events: true, analyzes: technique.technique } as const;
          const reconciler = reconcilerOf(options, { ...session, lost }, which);
          const parts = {
            catalog,
            bus,
            lost,
            analyze: analyzeStage(options, session, { ...technique, lost }),
            alert: alertStage(options, session, lost),
            receive: (signal: AbortSignal) =>
              receiver.receive({ pipelineId, catalog, store, bus, reconciler, lost, signal }),
            stream: config.stream,
            technique: technique.technique,
          };
          // Until the outcomes are there: the last messages can be lost as well.
          return reconciler.during((signal) => run({ ...options, ...parts, signal }));
        }),
      ),
    );
  }

  function replayLetters(ids: readonly number[] | 'all', options: StageOptions): Promise<Replayed[]> {
    return inSession(
      [],
      options,
      (session) => {
        const { pipeline, bus, lost } = session;
        const reconciler = reconcilerOf(options, session, { stage: 'receive', images: 'all', events: false });
        const held = { catalog: whileHeld(session.catalog, lost), bus: whileHeld(bus, lost) };
        return replay(
          { ...options, ...held, pipelineId: pipeline.pipelineId, publishIfFree: reconciler.publishStream },
          ids,
        );
      },
      (bus) => requireBus(catalog, bus),
    );
  }

  const waitIfAllowed = <T>(options: StageOptions, work: (options: StageOptions) => Promise<T>) =>
    config.noWait ? withoutWaiting(options, work) : work(options);

  return {
    ...readerOf(adapters),

    receive: (input, options) => waitIfAllowed(options, (allowed) => receiveImages(input, allowed)),
    analyze: (options) => waitIfAllowed(options, analyzeImages),
    alert: (options) => waitIfAllowed(options, raiseAlerts),
    run: (input, options) => waitIfAllowed(options, (allowed) => runAll(input, allowed)),

    serve: (options) => serveViewer({ config, adapters, status: () => statusOf({ check: false }) }, options),

    status: async (options) => {
      await checkedIdentity(adapters);
      const found = await statusOf(options);
      await catalog.verify();
      return found;
    },

    replay: (ids, options) => waitIfAllowed(options, (allowed) => replayLetters(ids, allowed)),

    drop: (ids) => withSharedCatalog({ adapters, as }, (shared) => drop(shared, ids)),

    planClean: async () => {
      if (!config.asCopy) refuseCopy(await catalog.location());
      await refuseOtherStore({ catalog, store });
      return planClean({ catalog, store });
    },

    clean: async ({ keepTopics = false } = {}) => {
      const bus = keepTopics ? undefined : await namingKeepTopics(() => broker.open({ check: false }));
      await resolveLocation({ catalog, as, asCopy: config.asCopy });
      await refuseOtherStore({ catalog, store });
      await clean({ catalog, store, bus, as });
    },
  };
}
