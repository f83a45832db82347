import { checkStreamName, DEFAULT_STREAM } from '../domain/stream-name.ts';
import { brokerAddress, topicPrefix } from './broker-address.ts';
import { KAFKA_SETTINGS } from './kafka-settings.ts';
import { PICTURE_SETTINGS } from './picture-settings.ts';
import { milliseconds, NO_THRESHOLD, number, oneOf, text, threshold, yesOrNo } from './readers.ts';
import type { Setting } from './setting.ts';
import { WEB_SETTINGS } from './web-settings.ts';

/** Every setting. The README's table of settings is held against this one by a test. */
export const SETTINGS = {
  data: {
    field: 'data',
    flag: '--data <folder>',
    help: 'the folder that keeps everything',
    fallback: 'imgpipe-data',
    read: (value: unknown) => text(value, 'a folder'),
  },
  broker: {
    field: 'broker',
    flag: '--broker <address>',
    help: 'what carries the messages: embedded, or kafka://host:port[,host:port…]',
    fallback: 'embedded',
    read: brokerAddress,
  },
  topicPrefix: {
    field: 'topic_prefix',
    flag: '--topic-prefix <text>',
    help: "what goes before the names of Kafka's topics and groups",
    fallback: '',
    read: topicPrefix,
  },
  json: flag('json', 'results as JSON'),
  quiet: flag('quiet', 'no progress and no notices'),
  verbose: flag('verbose', 'tell more: each image, and the cause of each error'),
  wait: flag('wait', 'wait where folder or broker cannot be reached at the start, instead of exit 4'),
  stream: {
    field: 'stream',
    flag: '--stream <name>',
    help: 'the stream that the pictures belong to',
    fallback: DEFAULT_STREAM,
    read: (value: unknown) => checkStreamName(String(value)),
  },
  count: {
    field: 'count',
    flag: '--count <number>',
    help: 'how many images to generate where no path is given',
    fallback: 10,
    read: (value: unknown) => number(value, { min: 0, whole: true }),
  },
  interval: {
    field: 'interval',
    flag: '--interval <time>',
    help: 'the time from one generated image to the next: 50ms, 2s, 1m',
    fallback: 0,
    read: milliseconds,
  },
  technique: {
    field: 'technique',
    flag: '--technique <name>',
    help: 'how two images are compared: l2 or changed',
    fallback: 'l2',
    read: (value: unknown) => oneOf(value, ['l2', 'changed']),
  },
  threshold: {
    field: 'threshold',
    flag: '--threshold <amount>',
    help: 'what the measurement must be above to be an event: 2000, or for changed 400px or 0.1%; 0 is any change',
    fallback: NO_THRESHOLD,
    read: threshold,
  },
  mask: {
    field: 'mask',
    flag: '--mask <file>',
    help: 'a PNG of the size of the pictures: where it is black they are not looked at',
    fallback: '',
    read: (value: unknown) => text(value, 'a file'),
  },
  objectWait: {
    field: 'object_wait',
    flag: '--object-wait <time>',
    help: 'how long to wait for a stored picture that is not there',
    fallback: 60_000,
    read: milliseconds,
  },
  ...PICTURE_SETTINGS,
  ...WEB_SETTINGS,
  ...KAFKA_SETTINGS,
} satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** The configuration, checked. Times are in milliseconds. */
export type Config = { readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['read']> };

/** The environment variable of a setting. */
export function variableOf(setting: { readonly field: string }): string {
  return `IMGPIPE_${setting.field.toUpperCase()}`;
}

function flag(field: string, help: string): Setting<boolean> & { readonly flag: string } {
  return { field, flag: `--${field}`, help, fallback: false, read: yesOrNo };
}
