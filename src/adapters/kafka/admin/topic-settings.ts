import type { Admin, ConfigResourceTypes } from 'kafkajs';
import { counted } from '../../../base/counted.ts';
import { ImgpipeError } from '../../../domain/errors.ts';
import { TOPICS } from '../../../domain/messages.ts';
import { hasType } from '../errors.ts';
import { addressOf, type KafkaOptions } from '../options.ts';
import { setTopicConfig } from './set-topic-config.ts';

interface Layout {
  readonly partitions: number;
  /** The smallest number of replicas of a partition. */
  readonly replicas: number;
}

/** The settings of a topic that matter to a pipeline. What is not known is infinite, or left out of `config`. */
interface TopicSettings extends Layout {
  readonly topic: string;
  /** By name, such as `cleanup.policy`. */
  readonly config: ReadonlyMap<string, string>;
}

/** Its enum cannot be imported by name from a CommonJS module. */
const TOPIC_RESOURCE: ConfigResourceTypes.TOPIC = 2;
const CONFIG_NAMES = ['cleanup.policy', 'retention.ms', 'retention.bytes', 'max.message.bytes', 'min.insync.replicas'];

/** A topic that keeps less than this per partition loses a backlog of a day. */
const MIN_RETENTION_BYTES = 100_000_000;
/** Kafka's default of `max.message.bytes`. */
const DEFAULT_MESSAGE_BYTES = 1_048_588;
/** The smallest `max.message.bytes` that takes small batches, and on the topics of dead letters any copy. */
const MIN_MESSAGE_BYTES = 16_384;
const MIN_COPY_BYTES = 524_288;

const HOUR_MS = 3_600_000;

/**
 * Checks those of the topics that exist. Throws `config_invalid`, with the command to run, if one has settings with which a
 * pipeline cannot work. Returns a sentence for each setting that will cause trouble. What this client may not read is
 * not checked.
 */
export async function checkTopics(admin: Admin, names: readonly string[], options: KafkaOptions): Promise<string[]> {
  const existing = new Set(await admin.listTopics());
  const topics = names.filter((name) => existing.has(name));
  const settings = await settingsOf(admin, topics);
  for (const each of settings) refuseUnusable(each, options);
  return settings.flatMap((each) => [...concerns(each, options)]);
}

async function settingsOf(admin: Admin, topics: readonly string[]): Promise<TopicSettings[]> {
  if (topics.length === 0) return [];
  const configs = await configsOf(admin, topics);
  const layouts = await layoutsOf(admin, topics);
  return topics.map((topic) => ({
    topic,
    ...(layouts.get(topic) ?? { partitions: Number.POSITIVE_INFINITY, replicas: Number.POSITIVE_INFINITY }),
    config: configs.get(topic) ?? new Map(),
  }));
}

/** How each topic is laid out; empty while a partition has no leader. */
async function layoutsOf(admin: Admin, topics: readonly string[]): Promise<Map<string, Layout>> {
  try {
    const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
    return new Map(
      metadata.topics.map(({ name, partitions }) => {
        const replicas = Math.min(...partitions.map((each) => each.replicas.length));
        return [name, { partitions: partitions.length, replicas }];
      }),
    );
  } catch (error) {
    if (hasType(error, 'LEADER_NOT_AVAILABLE')) return new Map();
    throw error;
  }
}

/** The configuration of each topic. Topics whose configuration this client may not describe are left out. */
async function configsOf(admin: Admin, topics: readonly string[]): Promise<Map<string, Map<string, string>>> {
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: CONFIG_NAMES })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } catch (error) {
    if (!isDenied(error)) throw error;
    if (topics.length === 1) return new Map();
    const single = await Promise.all(topics.map((topic) => configsOf(admin, [topic])));
    return new Map(single.flatMap((configs) => [...configs]));
  }
}

function isDenied(error: unknown): boolean {
  return hasType(error, 'TOPIC_AUTHORIZATION_FAILED') || hasType(error, 'CLUSTER_AUTHORIZATION_FAILED');
}

function refuseUnusable({ topic, replicas, config }: TopicSettings, options: KafkaOptions): void {
  const refuse = (what: string, setting: string) => {
    const command = setTopicConfig(options, topic, setting);
    throw new ImgpipeError('config_invalid', `topic ${topic} on ${addressOf(options)} ${what}: run '${command}'`);
  };
  const policy = config.get('cleanup.policy') ?? '';
  if (policy.split(',').some((each) => each.trim() === 'compact')) {
    refuse(
      `is compacted (cleanup.policy=${policy}): Kafka would delete all but the newest message of each stream`,
      'cleanup.policy=delete',
    );
  }
  const inSync = Number(config.get('min.insync.replicas') ?? 1);
  if (inSync > replicas) {
    refuse(
      `has ${counted(replicas, 'replica')}, and min.insync.replicas=${inSync}: every publish would fail (NOT_ENOUGH_REPLICAS)`,
      `min.insync.replicas=${replicas}`,
    );
  }
}

function* concerns({ topic, partitions, replicas, config }: TopicSettings, options: KafkaOptions): Generator<string> {
  const numberOf = (name: string) => Number(config.get(name) ?? Number.NaN);
  const command = (setting: string) => `run '${setTopicConfig(options, topic, setting)}'`;
  const isCopy = isTopicOfCopies(topic, options);

  const kept = numberOf('retention.ms');
  const wanted = options.retention === 'forever' ? Number.POSITIVE_INFINITY : options.retention;
  if (kept >= 0 && kept < wanted) {
    yield `topic ${topic} deletes messages after ${hours(kept)} (retention.ms=${kept}), and kafka_retention is ${options.retention === 'forever' ? 'forever' : hours(wanted)}: ${command(`retention.ms=${options.retention === 'forever' ? -1 : wanted}`)}, or set kafka_retention`;
  }
  const bytes = numberOf('retention.bytes');
  if (bytes >= 0 && bytes < MIN_RETENTION_BYTES) {
    yield `topic ${topic} keeps only ${bytes} bytes of each partition (retention.bytes), less than a backlog may need: ${command('retention.bytes=-1')}`;
  }
  const size = numberOf('max.message.bytes');
  if (size < (isCopy ? MIN_COPY_BYTES : MIN_MESSAGE_BYTES)) {
    const effect = isCopy ? 'copies of dead letters may be shortened' : 'batches are split, which is slow';
    yield `topic ${topic} takes at most ${size} bytes at a time (max.message.bytes): ${effect}: ${command(`max.message.bytes=${DEFAULT_MESSAGE_BYTES}`)}`;
  }
  if (!isCopy && partitions < options.partitions) {
    yield `topic ${topic} has ${counted(partitions, 'partition')}, and kafka_partitions is ${options.partitions}: at most ${partitions} of its consumers can work at a time; set kafka_partitions to ${partitions}, or add partitions while no stage runs`;
  }
  if (replicas < options.replication) {
    yield `topic ${topic} has ${counted(replicas, 'replica')}, and kafka_replication is ${options.replication}: messages can be lost with a broker; set kafka_replication to ${replicas}, or add replicas`;
  }
}

function isTopicOfCopies(topic: string, { prefix }: KafkaOptions): boolean {
  return topic === prefix + TOPICS.imageAnalysisDead || topic === prefix + TOPICS.imageEventAlertDead;
}

function hours(milliseconds: number): string {
  return `${Number((milliseconds / HOUR_MS).toPrecision(3))} h`;
}
