import { z } from 'zod';
import { ImgpipeError } from './errors.ts';
import { eventTextKey, imageKey } from './object-keys.ts';
import type { EventRecord, ImageRecord } from './records.ts';

/** The topics' names, which are the reference's. */
export const TOPICS = { imageAnalysis: 'image_analysis', imageEventAlert: 'image_event_alert' } as const;

/** A message as a bus carries it: a CloudEvent 1.0 in binary mode, `ce_*` headers and JSON data. */
export interface Message {
  /** The stream, so that its messages keep their order. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: string;
  /** The value as it is where that is no text in UTF-8: `value` is then what can be read of it. None of ours has this. */
  readonly bytes?: Uint8Array;
}

/** `imgpipe.image.received.v1`: an image has its number and its file. */
export const imageReceivedData = z.object({
  image_num: z.int().positive(),
  stream: z.string(),
  image_db_path: z.string(),
  sha256: z.string(),
  previous_image_num: z.int().positive().nullable(),
});

/** `imgpipe.image.event.v1`: an image differs from its reference. */
export const imageEventData = z.object({
  image_event_num: z.int().positive(),
  image_event_db_path: z.string(),
  stream: z.string(),
  image_num: z.int().positive(),
  technique: z.string(),
  kind: z.enum(['changed', 'size_changed']),
  measurement: z.number().nullable(),
});

const TYPES = {
  'imgpipe.image.received.v1': imageReceivedData,
  'imgpipe.image.event.v1': imageEventData,
} as const;

export type MessageType = keyof typeof TYPES;
export type MessageData<T extends MessageType> = z.infer<(typeof TYPES)[T]>;

export function imageReceivedMessage(pipelineId: string, image: ImageRecord): Message {
  return cloudEvent('imgpipe.image.received.v1', pipelineId, `${image.stream}/${image.number}`, image.receivedAt, {
    image_num: image.number,
    stream: image.stream,
    image_db_path: imageKey(image),
    sha256: image.sha256,
    previous_image_num: image.number === 1 ? null : image.number - 1,
  });
}

export function imageEventMessage(pipelineId: string, event: EventRecord): Message {
  return cloudEvent('imgpipe.image.event.v1', pipelineId, `event/${event.number}`, event.analyzedAt, {
    image_event_num: event.number,
    image_event_db_path: `${event.base}/${eventTextKey(event.number)}`,
    stream: event.image.stream,
    image_num: event.image.number,
    technique: event.technique,
    kind: event.kind,
    measurement: event.measurement,
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

function cloudEvent<T extends MessageType>(
  type: T,
  pipelineId: string,
  id: string,
  time: string,
  data: MessageData<T> & { stream: string },
): Message {
  return {
    key: data.stream,
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
