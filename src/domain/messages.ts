import { z } from 'zod';
import { ImgpipeError } from './errors.ts';
import type { Message } from './message.ts';
import { eventTextKey, imageKey } from './object-keys.ts';
import type { EventRecord, ImageRecord, NewDeadLetter } from './records.ts';

/** The topics' names, which are the reference's, and for each a topic of what could not be handled. */
export const TOPICS = {
  imageAnalysis: 'image_analysis',
  imageAnalysisDead: 'image_analysis_dead',
  imageEventAlert: 'image_event_alert',
  imageEventAlertDead: 'image_event_alert_dead',
} as const;

export type { Message };

const imageNumber = z.int().positive().describe("the image's number within its stream");
const stream = z.string().describe("the image's stream");

/** `imgpipe.image.received.v1`: an image has its number and its file. */
export const imageReceivedData = z.object({
  image_num: imageNumber,
  stream,
  image_db_path: z.string().describe('where it is kept, within the data folder'),
  sha256: z.string().describe('the digest of its bytes, in lower-case hexadecimal'),
  previous_image_num: z.int().positive().nullable().describe('the number of the image before; null for the first'),
});

/** `imgpipe.image.event.v1`: an image differs from its reference. */
export const imageEventData = z.object({
  image_event_num: z.int().positive().describe("the event's number"),
  image_event_db_path: z.string().describe("the event's text file, as a whole path"),
  stream,
  image_num: imageNumber,
  technique: z.string().describe('the technique, with its version'),
  kind: z.enum(['changed', 'size_changed']).describe('what the image has become'),
  measurement: z.number().nullable().describe('by how much it differs; null for another size'),
});

/** `imgpipe.dead.letter.v1`: a copy of a dead letter; the catalog has the letter itself. */
export const deadLetterData = z.object({
  stage: z.enum(['analyze', 'alert']).describe('which stage set it aside'),
  reason: z.string().describe('why, as an error code'),
  detail: z.string().describe('the same in words: their first 4,096 characters'),
  attempts: z.int().positive().describe('how often it was tried'),
  topic: z.string().nullable().describe('the topic of the message'),
  partition: z.int().nonnegative().nullable().describe('its partition there'),
  offset: z.int().nonnegative().nullable().describe('its offset there'),
  stream: z.string().nullable().describe("the image's stream, where it is known"),
  image_num: z.int().positive().nullable().describe("the image's number"),
  technique: z.string().nullable().describe('the technique that could not compare it'),
  image_event_num: z.int().positive().nullable().describe("the event's number"),
  value: z.string().nullable().describe("the message's value: its first 65,536 characters"),
});

/** Each type of message with what its data must be. */
export const TYPES = {
  'imgpipe.image.received.v1': imageReceivedData,
  'imgpipe.image.event.v1': imageEventData,
  'imgpipe.dead.letter.v1': deadLetterData,
} as const;

export type MessageType = keyof typeof TYPES;
export type MessageData<T extends MessageType> = z.infer<(typeof TYPES)[T]>;

export function imageReceivedMessage(pipelineId: string, image: ImageRecord): Message {
  return cloudEvent('imgpipe.image.received.v1', pipelineId, {
    key: image.stream,
    id: `${image.stream}/${image.number}`,
    time: image.receivedAt,
    data: {
      image_num: image.number,
      stream: image.stream,
      image_db_path: imageKey(image),
      sha256: image.sha256,
      previous_image_num: image.number === 1 ? null : image.number - 1,
    },
  });
}

export function imageEventMessage(pipelineId: string, event: EventRecord): Message {
  return cloudEvent('imgpipe.image.event.v1', pipelineId, {
    key: event.image.stream,
    id: `event/${event.number}`,
    time: event.analyzedAt,
    data: {
      image_event_num: event.number,
      image_event_db_path: `${event.base}/${eventTextKey(event.number)}`,
      stream: event.image.stream,
      image_num: event.image.number,
      technique: event.technique,
      kind: event.kind,
      measurement: event.measurement,
    },
  });
}

/** No copy may be larger than a broker takes: of texts from outside it has no more characters than this. */
const MAX_OF_VALUE = 65_536;
const MAX_OF_DETAIL = 4096;
const MAX_OF_KEY = 64;

export function deadLetterMessage(pipelineId: string, letter: NewDeadLetter): Message {
  const { position, image, message } = letter;
  return cloudEvent('imgpipe.dead.letter.v1', pipelineId, {
    key: image?.stream ?? (message?.key ?? '').slice(0, MAX_OF_KEY),
    // The same for a letter that is published twice.
    id:
      position === null ? `${letter.stage}/${letter.at}` : `${position.topic}/${position.partition}/${position.offset}`,
    time: letter.at,
    data: {
      stage: letter.stage,
      reason: letter.reason,
      detail: letter.detail.slice(0, MAX_OF_DETAIL),
      attempts: letter.attempts,
      topic: position?.topic ?? null,
      partition: position?.partition ?? null,
      offset: position?.offset ?? null,
      stream: image?.stream ?? null,
      image_num: image?.number ?? null,
      technique: letter.technique,
      image_event_num: letter.event,
      value: message?.value.slice(0, MAX_OF_VALUE) ?? null,
    },
  });
}

/** The data of a message of this type, with the pipeline that it is of; anything else is a `bad_message`. */
export function readMessage<T extends MessageType>(
  type: T,
  message: Message,
): { pipelineId: string; data: MessageData<T> } {
  const { headers } = message;
  if (headers['ce_specversion'] !== '1.0') throw bad(`ce_specversion is ${quoted(headers['ce_specversion'])}, not 1.0`);
  if (headers['ce_type'] !== type) throw bad(`ce_type is ${quoted(headers['ce_type'])}, not ${type}`);
  const source = headers['ce_source'];
  if (source === undefined || !source.startsWith(SOURCE)) throw bad(`ce_source is ${quoted(source)}, not ${SOURCE}…`);
  const parsed = TYPES[type].safeParse(parseJson(message.value));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw bad(`${issue?.path.join('.') || 'data'}: ${issue?.message ?? 'not as it should be'}`);
  }
  return { pipelineId: source.slice(SOURCE.length), data: parsed.data as MessageData<T> };
}

const SOURCE = 'urn:uuid:';

interface EventParts<T extends MessageType> {
  readonly key: string;
  readonly id: string;
  readonly time: string;
  readonly data: MessageData<T>;
}

function cloudEvent<T extends MessageType>(
  type: T,
  pipelineId: string,
  { key, id, time, data }: EventParts<T>,
): Message {
  return {
    key,
    headers: {
      ce_specversion: '1.0',
      ce_id: id,
      ce_type: type,
      ce_source: SOURCE + pipelineId,
      ce_time: time,
      'content-type': 'application/json',
    },
    value: JSON.stringify(data),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ImgpipeError('bad_message', `the message is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

function bad(what: string): ImgpipeError {
  return new ImgpipeError('bad_message', `the message cannot be read: ${what}`);
}

function quoted(value: string | undefined): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}
