import { checkStreamName, DEFAULT_STREAM, STREAM_NAME } from '../domain/stream-name.ts';
import { brokerAddress, isPlainAddress, TOPIC_PREFIX, topicPrefix } from './broker-address.ts';
import { CAPTURE_SETTINGS } from './capture-settings.ts';
import { catalogAddress, IN_FOLDER, isPlainCatalog } from './catalog-address.ts';
import { KAFKA_SETTINGS } from './kafka-settings.ts';
import { PICTURE_SETTINGS } from './picture-settings.ts';
import { NO_THRESHOLD, numberWithin, oneOf, text, threshold, timeFrom, yesOrNo } from './readers.ts';
import type { ReadContext, Setting, TakenBy } from './setting.ts';
import { STORE_SETTINGS } from './store-settings.ts';
import { WEB_SETTINGS } from './web-settings.ts';

/** The built-in techniques; a test compares them with the techniques themselves. */
export const BUILT_IN_TECHNIQUES = ['l2', 'changed'] as const;

/** Every setting. The page of settings in the docs is generated from this table. */
export const SETTINGS = {
  data: {
    field: 'data',
    flag: '--data <folder>',
    help: 'the data folder',
    takes: 'text',
    fallback: 'imgpipe-data',
    isPath: true,
    read: (value: unknown) => text(value, 'a folder'),
  },
  broker: {
    field: 'broker',
    flag: '--broker <address>',
    help: 'the message broker: embedded, or kafka://host:port[,host:port…]',
    takes: 'text',
    fallback: 'embedded',
    isShown: isPlainAddress,
    read: brokerAddress,
  },
  catalog: {
    field: 'catalog',
    flag: '--catalog <address>',
    help: 'where the catalog is: sqlite, in the data folder, or postgres://[user@]host[:port]/database',
    takes: 'text',
    fallback: IN_FOLDER,
    isShown: isPlainCatalog,
    read: catalogAddress,
  },
  catalogPasswordFile: {
    field: 'catalog_password_file',
    help: "a file with the password for the catalog's database",
    takes: 'text',
    fallback: '',
    isPath: true,
    read: (value: unknown) => text(value, 'a file'),
  },
  ...STORE_SETTINGS,
  topicPrefix: {
    field: 'topic_prefix',
    flag: '--topic-prefix <text>',
    help: 'a prefix for the names of Kafka topics and consumer groups',
    takes: 'text',
    pattern: TOPIC_PREFIX,
    fallback: '',
    read: topicPrefix,
  },
  json: flag('json', 'print results as JSON'),
  quiet: flag('quiet', 'print no progress and no notices, but errors, and that a stage waits or stands by'),
  verbose: flag('verbose', 'print each image, and the cause of each error'),
  wait: flag('wait', 'if the data folder or the broker is unavailable at the start, wait instead of exiting with 4'),
  noWait: {
    field: 'no_wait',
    flag: '--no-wait',
    help: 'never wait and never stand by: exit with 4 if something is unavailable, such as space on the disk, and with 1 if another process is at work; overrides wait',
    takes: 'boolean',
    fallback: false,
    read: yesOrNo,
  },
  asCopy: flag('as_copy', 'if the data folder is a copy of another that still exists, make it a pipeline of its own'),
  stream: {
    field: 'stream',
    flag: '--stream <name>',
    help: 'the stream that the images belong to',
    takes: 'text',
    pattern: STREAM_NAME,
    fallback: DEFAULT_STREAM,
    read: streamName,
  },
  count: {
    field: 'count',
    flag: '--count <number>',
    help: 'how many images to generate if no path is given',
    fallback: 10,
    ...numberWithin({ min: 0, integer: true }),
  },
  interval: {
    field: 'interval',
    flag: '--interval <time>',
    help: 'the time between two generated images: 50ms, 2s, 1m',
    fallback: 0,
    ...timeFrom(0),
  },
  technique: {
    field: 'technique',
    flag: '--technique <name>',
    help: 'how two images are compared: l2 or changed',
    takes: 'text',
    fallback: 'l2',
    read: techniqueName,
  },
  threshold: {
    field: 'threshold',
    flag: '--threshold <amount>',
    help: 'record an event if the measurement is above this: 2000, or for changed 400px or 0.1%; 0 is any change',
    takes: 'threshold',
    fallback: NO_THRESHOLD,
    read: threshold,
  },
  techniqueIdle: {
    field: 'technique_idle',
    help: 'how long after its last analyzer ended images are still owed to a technique',
    fallback: 24 * 3_600_000,
    ...timeFrom(1000),
  },
  mask: {
    field: 'mask',
    flag: '--mask <file>',
    help: 'a picture of the same size as the images, best a PNG; pixels that are black in it are ignored',
    takes: 'text',
    fallback: '',
    isPath: true,
    read: (value: unknown) => text(value, 'a file'),
  },
  objectWait: {
    field: 'object_wait',
    flag: '--object-wait <time>',
    help: 'how long to wait for a missing stored picture',
    fallback: 60_000,
    ...timeFrom(0),
  },
  ...CAPTURE_SETTINGS,
  ...PICTURE_SETTINGS,
  ...WEB_SETTINGS,
  ...KAFKA_SETTINGS,
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The configuration, checked. Times are in milliseconds. */
export type Config = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['read']> };

/** The settings that a program passes, by name. Undefined leaves the default. */
export type Settings = { readonly [Name in SettingName]?: TakenBy<(typeof SETTINGS)[Name]> | undefined };

/** The environment variable of a setting. */
export function variableOf(setting: { readonly field: string }): string {
  return `IMGPIPE_${setting.field.toUpperCase()}`;
}

function streamName(value: unknown): string {
  return checkStreamName(text(value, "a stream name: a-z, 0-9, '.', '_' and '-', such as garden"));
}

function techniqueName(value: unknown, { techniques }: ReadContext): string {
  return oneOf(value, [...BUILT_IN_TECHNIQUES, ...techniques]);
}

function flag(field: string, help: string) {
  return {
    field,
    flag: `--${field.replaceAll('_', '-')}`,
    help,
    takes: 'boolean',
    fallback: false,
    read: yesOrNo,
  } as const;
}
