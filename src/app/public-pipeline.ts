import { maxFileBytes } from '../config/picture-settings.ts';
import type { Config } from '../config/settings.ts';
import type { CleanJson } from '../domain/json/clean.ts';
import type { DeadLetterJson, DeadLetterLine, ReplayLine } from '../domain/json/dead-letters.ts';
import type { RanJson, ReceivedJson } from '../domain/json/received.ts';
import type { LivenessJson, StatusJson } from '../domain/json/status.ts';
import type { ViewJson } from '../domain/json/view.ts';
import { STAGES, type StageName } from '../domain/reports.ts';
import { cleanJson } from '../operations/json/clean.ts';
import { deadLetterJson, deadLetterLineJson, replayedJson } from '../operations/json/dead-letters.ts';
import { ranJson, receivedJson } from '../operations/json/received.ts';
import { livenessJson, statusJson } from '../operations/json/status.ts';
import { viewJson } from '../operations/json/view.ts';
import { booleanOf, callbackOf, numberOf, optionsOf, signalOf, wrongArgument } from './arguments.ts';
import { createOpenCalls } from './open-calls.ts';
import type { Pipeline as InnerPipeline, StageOptions } from './pipeline.ts';
import { inputOf, type PipelineInput } from './program-source.ts';
import { callStage, type StageCallOptions } from './stage-calls.ts';

/** How the viewer is served. */
export interface ServeCallOptions {
  /** Stops the viewer. Without it, it runs until `close`. */
  readonly signal?: AbortSignal | undefined;
  /** Is called with the viewer's URL once it listens. */
  readonly onListening?: ((url: string) => void) | undefined;
  /** Is called with each error that is not the client's fault. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
}

export interface StatusCallOptions {
  /** Also reads and verifies every file. */
  readonly check?: boolean | undefined;
  /** Is called with the number of files verified so far. */
  readonly onChecked?: ((files: number) => void) | undefined;
}

/**
 * A pipeline in its data folder. Results have the shapes of the JSON that the command of the same name prints. Every
 * method rejects with an `ImgpipeError`: `usage` for an argument that is not valid, `closed` after `close`.
 */
export interface Pipeline {
  /** The absolute path of the data folder. */
  readonly data: string;
  /** The address of the broker: `embedded`, or `kafka://host:port`. */
  readonly broker: string;
  /** Receives images: from paths of files and folders, from a source, or without either the generated images. */
  receive(input?: PipelineInput, options?: StageCallOptions): Promise<ReceivedJson>;
  /** Compares images as they are received. With `drain` it ends when none are left. */
  analyze(options?: StageCallOptions): Promise<void>;
  /** Raises alerts for events as they are recorded. With `drain` it ends when none are left. */
  alert(options?: StageCallOptions): Promise<void>;
  /** Runs the three stages until the images that it received have their outcomes and alerts. */
  run(input?: PipelineInput, options?: StageCallOptions): Promise<RanJson>;
  /** The alert of this number. Throws `not_found`. */
  view(alert: number): Promise<ViewJson>;
  /** The image of an alert as a JPEG file, with a box around each region. Throws `not_found`. */
  boxed(alert: number): Promise<Uint8Array>;
  /** Serves the viewer. Throws `port_unavailable`. */
  serve(options?: ServeCallOptions): Promise<void>;
  status(options?: StatusCallOptions): Promise<StatusJson>;
  /** Whether a stage is alive on this host, by its heartbeats. */
  alive(stage: StageName): Promise<LivenessJson>;
  /** The dead letters, the newest first. */
  deadLetters(): AsyncIterable<DeadLetterLine>;
  /** A dead letter with its message. Throws `not_found`. */
  deadLetter(id: number): Promise<DeadLetterJson>;
  /** Has dead letters handled again, each once. Throws `not_found`. */
  replay(ids: number | readonly number[] | 'all', options?: StageCallOptions): Promise<ReplayLine[]>;
  /** What `clean` would remove. */
  planClean(): Promise<CleanJson>;
  /** Removes everything. With `keepTopics` the messages stay, and are skipped later. Throws `in_use`. */
  clean(options?: { readonly keepTopics?: boolean | undefined }): Promise<void>;
  /** Stops the stages, which finish what is in flight, and closes the pipeline. */
  close(): Promise<void>;
}

/** The public pipeline over the inner one: it checks arguments, ends calls before it closes, and returns JSON shapes. */
export function publicPipeline(inner: InnerPipeline, config: Config): Pipeline {
  const calls = createOpenCalls(inner.data);
  const { locate } = inner;
  let closed: Promise<void> | undefined;

  const stage = <T>(given: unknown, work: (options: StageOptions) => Promise<T>) =>
    calls.run(() => callStage({ given, closing: calls.signal, locate }, work));
  const input = (given: unknown) => inputOf(given, maxFileBytes(config));

  return {
    data: inner.data,
    broker: inner.broker,
    receive: (given, options) => stage(options, async (at) => receivedJson(await inner.receive(input(given), at))),
    analyze: (options) => stage(options, inner.analyze),
    alert: (options) => stage(options, inner.alert),
    run: (given, options) => stage(options, async (at) => ranJson(await inner.run(input(given), at))),
    view: (alert) => calls.run(async () => viewJson(await inner.view(numberOf('alert', alert)))),
    boxed: (alert) => calls.run(async () => inner.boxed(await inner.view(numberOf('alert', alert)))),
    serve: (options) => calls.run(async () => inner.serve(serveOptions(options, calls.signal))),
    status: (options) => calls.run(async () => statusJson(await inner.status(statusOptions(options)))),
    alive: (name) => calls.run(async () => livenessJson(await inner.alive(stageOf(name)))),
    async *deadLetters() {
      const heads = inner.deadLetters()[Symbol.asyncIterator]();
      for (;;) {
        const next = await calls.run(() => heads.next());
        if (next.done === true) return;
        yield deadLetterLineJson(next.value);
      }
    },
    deadLetter: (id) => calls.run(async () => deadLetterJson(await inner.deadLetter(numberOf('id', id)))),
    replay: (ids, options) =>
      stage(options, async (at) => (await inner.replay(idsOf(ids), at)).map((replayed) => replayedJson(replayed))),
    planClean: () =>
      calls.run(async () => cleanJson(await inner.planClean(), { data: inner.data, dryRun: true, locate })),
    clean: (options) =>
      calls.run(async () => {
        const { keepTopics } = optionsOf(options, ['keepTopics']);
        await inner.clean({ keepTopics: booleanOf('keepTopics', keepTopics) ?? false });
      }),
    close() {
      closed ??= calls.close().then(() => inner.close());
      return closed;
    },
  };
}

function serveOptions(given: unknown, closing: AbortSignal) {
  const options = optionsOf(given, ['signal', 'onListening', 'onFailure']);
  const signal = signalOf(options.signal);
  const onListening = callbackOf<(url: string) => void>('onListening', options.onListening);
  const onFailure = callbackOf<(error: unknown) => void>('onFailure', options.onFailure);
  return {
    signal: signal === undefined ? closing : AbortSignal.any([signal, closing]),
    ...(onListening && { onListening }),
    ...(onFailure && { onFailure }),
  };
}

function statusOptions(given: unknown) {
  const options = optionsOf(given, ['check', 'onChecked']);
  const onChecked = callbackOf<(files: number) => void>('onChecked', options.onChecked);
  return { check: booleanOf('check', options.check) ?? false, ...(onChecked && { onChecked }) };
}

function stageOf(name: unknown): StageName {
  const stage = STAGES.find((each) => each === name);
  if (stage !== undefined) return stage;
  throw wrongArgument('stage', name, STAGES.map((each) => `'${each}'`).join(', '));
}

function idsOf(given: unknown): readonly number[] | 'all' {
  if (given === 'all') return given;
  if (Array.isArray(given)) return given.map((id: unknown, index) => numberOf(`ids[${index}]`, id));
  if (typeof given === 'number') return [numberOf('ids', given)];
  throw wrongArgument('ids', given, "a number, a list of numbers, or 'all'");
}
