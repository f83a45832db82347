import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createFileObjectStore } from '../../src/adapters/files/object-store.ts';
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
import { type AnalyzeParts, createAnalyzeStage } from '../../src/stages/analyze.ts';
import { type ConsumeParts, consume, type Stage } from '../../src/stages/consume.ts';
import { createOutbox, type OutboxParts } from '../../src/stages/outbox.ts';
import { type Received, receive } from '../../src/stages/receive.ts';
import { openSqlite } from './open-sqlite.ts';
import { NO_THRESHOLD } from './samples.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TECHNIQUE = 'l2@1';

export interface TestPipeline {
  readonly folder: string;
  readonly catalog: Catalog;
  readonly bus: EventBus;
  readonly broker: Broker;
  readonly store: ObjectStore;
  readonly comparator: Comparator;
  /** All that the stages have told. */
  readonly reports: Report[];
  /** What was told of this kind. */
  told<K extends Report['kind']>(kind: K): Extract<Report, { kind: K }>[];
  /** Does something to the tables behind the catalog's back. */
  tamper(sql: string): Promise<void>;
  outbox(over?: Partial<OutboxParts>): Promise<ReturnType<typeof createOutbox>>;
  /** Takes pictures into a stream, as the receive stage does. */
  receive(pictures: readonly Uint8Array[], stream?: string): Promise<Received>;
  analyzeStage(over?: Partial<AnalyzeParts>): Promise<Stage>;
  alertStage(over?: Partial<AlertParts>): Promise<Stage>;
  /** Lets a stage work, until its topic holds nothing more for it unless told otherwise. */
  work(stage: Stage, over?: Partial<ConsumeParts>): Promise<void>;
  /** Analyzes and alerts all that waits. */
  drain(): Promise<void>;
  /** Replays dead letters, as the command does. */
  replay(ids: readonly number[] | 'all', onStep?: Observer['onStep']): Promise<Replayed[]>;
  publish(topic: string, message: Message): Promise<void>;
  /** All that a topic holds. */
  messages(topic: string): Promise<ReceivedMessage[]>;
  outcomes(...numbers: number[]): Promise<(OutcomeRecord | undefined)[]>;
  /** How far a group has come; 0 where it has committed nothing. */
  committed(stage: Stage): Promise<number>;
}

/** The three stages over a catalog, a bus and a store of their own: the real ones, in a folder of their own. */
export async function testPipeline(): Promise<TestPipeline> {
  const folder = temporaryFolder();
  const { db, catalog, bus } = await openSqlite(folder, 'a test');
  const store = createFileObjectStore(folder);
  const comparator = createComparator({ maxPixels: 10_000 });
  onTestFinished(() => comparator.close());
  await catalog.setBus(bus.id);
  await catalog.setThreshold(TECHNIQUE, NO_THRESHOLD);
  const reports: Report[] = [];
  const signal = new AbortController().signal;
  const onReport = (report: Report) => void reports.push(report);
  const parts = { catalog, bus, store, signal, onReport, as: 'a test' };

  const outbox: TestPipeline['outbox'] = async (over) =>
    createOutbox({ ...parts, pipelineId: (await catalog.identity()).pipelineId, ...over });

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
    folder,
    catalog,
    bus,
    broker: { address: bus.address, open: async () => bus },
    store,
    comparator,
    reports,
    told: (kind) => reports.filter((report) => report.kind === kind) as never,
    tamper: async (sql) => {
      await db.write(() => db.run(sql));
    },
    outbox,
    receive: async (pictures, stream = 'default') =>
      receive({ ...parts, outbox: await outbox(), source: sourceOf(pictures), stream, mask: null }),
    analyzeStage,
    alertStage,
    work,
    drain: async () => {
      await work(await analyzeStage());
      await work(await alertStage());
    },
    replay: async (ids, onStep) => {
      const { pipelineId } = await catalog.identity();
      const { publishIfFree } = await outbox({ ...(onStep && { onStep }) });
      return replay({ catalog, bus, pipelineId, publishIfFree, ...(onStep && { onStep }) }, ids);
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
