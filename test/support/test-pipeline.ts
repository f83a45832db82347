import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createFileObjectStore } from '../../src/adapters/files/object-store.ts';
import { createMemoryCatalog, type MemoryCatalog } from '../../src/adapters/memory/catalog.ts';
import { createMemoryBus, type MemoryBus } from '../../src/adapters/memory/event-bus.ts';
import { createMemoryObjectStore, type MemoryObjectStore } from '../../src/adapters/memory/object-store.ts';
import { createCaptureReader } from '../../src/adapters/pixels/capture/read-capture.ts';
import { createComparator } from '../../src/adapters/pixels/comparator.ts';
import type { Message } from '../../src/domain/messages.ts';
import type { OutcomeRecord } from '../../src/domain/records.ts';
import type { Observer, Report } from '../../src/domain/reports.ts';
import { type Replayed, replay } from '../../src/operations/replay.ts';
import type { Catalog } from '../../src/ports/catalog/catalog.ts';
import type { Comparator } from '../../src/ports/comparator.ts';
import type { Broker, Chunk, EventBus, ReceivedMessage } from '../../src/ports/event-bus.ts';
import type { ImageSource } from '../../src/ports/image-source.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import { type AlertParts, createAlertStage } from '../../src/stages/alert.ts';
import { type AnalyzeParts, createAnalyzeStage } from '../../src/stages/analyze/analyze.ts';
import { type ConsumeParts, consume, type Stage } from '../../src/stages/consume/consume.ts';
import { NEVER_LOST } from '../../src/stages/locks/held-lock.ts';
import { createIntake, type Received } from '../../src/stages/receive/intake.ts';
import { type ReceiveParts, receive } from '../../src/stages/receive/receive.ts';
import { createReconciler, type ReconcileParts, type Reconciler } from '../../src/stages/reconcile/reconciler.ts';
import { openSqlite } from './open-sqlite.ts';
import { NO_THRESHOLD } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TECHNIQUE = 'l2@2';

/** What a test pipeline is made of. */
interface Ports {
  readonly catalog: Catalog;
  readonly bus: EventBus;
  readonly store: ObjectStore;
}

/** The three stages over one set of adapters. */
export interface TestPipeline {
  readonly catalog: Catalog;
  readonly bus: EventBus;
  readonly broker: Broker;
  readonly store: ObjectStore;
  readonly comparator: Comparator;
  /** Everything that the stages have reported. */
  readonly reports: Report[];
  /** The reports of one kind. */
  reported<K extends Report['kind']>(kind: K): Extract<Report, { kind: K }>[];
  /** A reconciler of all images and events. */
  reconciler(over?: Partial<ReconcileParts>): Promise<Reconciler>;
  /** Receives a source into the default stream. */
  receiveFrom(source: ImageSource, over?: Partial<ReceiveParts>): Promise<Received>;
  /** Receives pictures into a stream, as the receive stage does. */
  receive(pictures: readonly Uint8Array[], stream?: string): Promise<Received>;
  analyzeStage(over?: Partial<AnalyzeParts>): Promise<Stage>;
  alertStage(over?: Partial<AlertParts>): Promise<Stage>;
  /** Runs a stage until its topic is drained, unless `over` says otherwise. */
  work(stage: Stage, over?: Partial<ConsumeParts>): Promise<void>;
  /** Analyzes every image and alerts every event that waits. */
  drain(): Promise<void>;
  /** Replays dead letters, as the command does. */
  replay(ids: readonly number[] | 'all', onStep?: Observer['onStep']): Promise<Replayed[]>;
  publish(topic: string, message: Message): Promise<void>;
  /** All messages of a topic. */
  messages(topic: string): Promise<ReceivedMessage[]>;
  outcomes(...numbers: number[]): Promise<(OutcomeRecord | undefined)[]>;
  /** The first image of the default stream, up to this number, that waits for its outcome or its alert. */
  firstOpen(last: number): Promise<number | undefined>;
  /** The numbers of all events, up to 100. */
  eventNumbers(): Promise<number[]>;
  /** How many dead letters there are. */
  deadLetterCount(): Promise<number>;
  /** The offset that a stage's group has committed; 0 without a commit. */
  committed(stage: Stage): Promise<number>;
}

/** A test pipeline in memory. Its adapters can lose or corrupt what they have. */
export interface MemoryTestPipeline extends TestPipeline {
  readonly catalog: MemoryCatalog;
  readonly bus: MemoryBus;
  readonly store: MemoryObjectStore;
}

/** A test pipeline with a SQLite catalog, the embedded bus and files in a temporary folder. */
export interface DurableTestPipeline extends TestPipeline {
  readonly folder: string;
  /** Changes the tables directly, without the catalog. */
  tamper(sql: string): Promise<void>;
}

/** A new pipeline: in memory, or `durable` for tests of what is on disk. */
export async function testPipeline(): Promise<MemoryTestPipeline>;
export async function testPipeline(options: { readonly durable: true }): Promise<DurableTestPipeline>;
export async function testPipeline(options?: {
  readonly durable: true;
}): Promise<MemoryTestPipeline | DurableTestPipeline> {
  if (options === undefined) {
    const ports = { catalog: createMemoryCatalog(), bus: createMemoryBus(), store: createMemoryObjectStore() };
    return { ...(await pipelineOn(ports)), ...ports };
  }
  const folder = temporaryFolder();
  const { db, catalog, bus } = await openSqlite(folder, 'a test');
  const tamper = async (sql: string) => {
    await db.write(() => db.run(sql));
  };
  return { ...(await pipelineOn({ catalog, bus, store: createFileObjectStore(folder) })), catalog, folder, tamper };
}

async function pipelineOn({ catalog, bus, store }: Ports): Promise<TestPipeline> {
  const comparator = createComparator({ maxPixels: 10_000 });
  onTestFinished(() => comparator.close());
  await catalog.setBus({ id: bus.id, address: bus.address }, null);
  await catalog.setThreshold(TECHNIQUE, NO_THRESHOLD);
  const reports: Report[] = [];
  const signal = new AbortController().signal;
  const onReport = (report: Report) => void reports.push(report);
  const parts = { catalog, bus, store, signal, onReport, as: 'a test' };

  const reconciler: TestPipeline['reconciler'] = async (over) => {
    const { pipelineId } = await catalog.identity();
    const which = { stage: 'receive', images: 'all', events: true } as const;
    return createReconciler({
      ...parts,
      ...which,
      pipelineId,
      defaultTechnique: TECHNIQUE,
      lost: NEVER_LOST,
      techniqueIdleMs: 86_400_000,
      ...over,
    });
  };

  const receiveFrom = async (source: ImageSource, over: Partial<ReceiveParts> = {}) => {
    const { stream = 'default' } = over;
    const { pipelineId } = await catalog.identity();
    const all = { ...parts, pipelineId, lost: NEVER_LOST, stream, reconciler: await reconciler(), ...over };
    const intake = over.intake ?? createIntake({ ...all, source, mask: null, readCapture: createCaptureReader({}) });
    return receive({ ...all, intake }).finally(intake.close);
  };

  const analyzeStage: TestPipeline['analyzeStage'] = async (over) =>
    createAnalyzeStage({
      ...parts,
      comparator,
      pipeline: await catalog.identity(),
      technique: TECHNIQUE,
      threshold: NO_THRESHOLD,
      objectWaitMs: 0,
      ...over,
    });

  const alertStage: TestPipeline['alertStage'] = async (over) =>
    createAlertStage({ ...parts, pipeline: await catalog.identity(), ...over });

  const work: TestPipeline['work'] = (stage, over) => consume(stage, { ...parts, drain: true, ...over });

  return {
    catalog,
    bus,
    broker: { address: bus.address, open: async () => bus },
    store,
    comparator,
    reports,
    reported: (kind) => reports.filter((report) => report.kind === kind) as never,
    reconciler,
    receiveFrom,
    receive: async (pictures, stream = 'default') => receiveFrom(sourceOf(pictures), { stream }),
    analyzeStage,
    alertStage,
    work,
    drain: async () => {
      await work(await analyzeStage());
      await work(await alertStage());
    },
    replay: async (ids, onStep) => {
      const { pipelineId } = await catalog.identity();
      const { publishStream } = await reconciler({ ...(onStep && { onStep }) });
      return replay({ catalog, bus, pipelineId, publishIfFree: publishStream, ...(onStep && { onStep }) }, ids);
    },
    publish: async (topic, message) => {
      await bus.publish(topic, [message]);
    },
    messages: async (topic) => {
      const messages: ReceivedMessage[] = [];
      const onChunk = async (chunk: Chunk) => {
        messages.push(...chunk.messages);
        await chunk.commit(Number(chunk.messages.at(-1)?.position.offset) + 1);
      };
      await bus.consume({ topic, group: `reader ${randomUUID()}`, signal, drain: true, onChunk });
      return messages;
    },
    outcomes: (...numbers) =>
      catalog.outcomes(
        TECHNIQUE,
        numbers.map((number) => ({ stream: 'default', number })),
      ),
    firstOpen: (last) => catalog.firstOpen(TECHNIQUE, { stream: 'default', first: 1, last }),
    eventNumbers: async () => {
      const events = await catalog.events(Array.from({ length: 100 }, (_, index) => index + 1));
      return events.flatMap((event) => event?.number ?? []);
    },
    deadLetterCount: async () => (await catalog.deadLetterRange())?.count ?? 0,
    committed: async ({ topic, group }) => (await bus.committed(topic, group)).get(0) ?? 0,
  };
}

function sourceOf(pictures: readonly Uint8Array[]): ImageSource {
  return {
    expected: pictures.length,
    async *pictures() {
      yield pictures.map((bytes, index) => ({ kind: 'picture', bytes, origin: `/from/${index + 1}` }) as const);
    },
  };
}
