import * as z from 'zod';
import { count, digest, eventKind, positiveInteger, techniqueId } from './fields.ts';

/** The data of each type of message. A reader ignores fields that it does not know: later versions add some. */

const imageNumber = positiveInteger.describe('number of the image within its stream');
const stream = z.string().describe("the image's stream");

/** An image was received and stored. */
const imageReceivedData = z.object({
  image_num: imageNumber,
  stream,
  image_db_path: z.string().describe('path of the stored image within the data folder'),
  sha256: digest.describe("digest of the image's bytes"),
  previous_image_num: positiveInteger.nullable().describe('number of the previous image; null for the first image'),
});

/** An image differs from its reference. */
const imageEventData = z.object({
  image_event_num: positiveInteger.describe("the event's number"),
  image_event_db_path: z.string().describe("absolute path of the event's text file"),
  stream,
  image_num: imageNumber,
  technique: techniqueId,
  kind: eventKind.describe('kind of the event'),
  measurement: z.number().nullable().describe('how much the image differs; null for `size_changed`'),
});

/** A copy of a dead letter for other programs. The dead letter itself is in the catalog. */
const deadLetterData = z.object({
  stage: z.enum(['analyze', 'alert']).describe('stage that failed'),
  reason: z.string().describe('error code'),
  detail: z.string().describe('the first 4,096 characters of the error message'),
  attempts: positiveInteger.describe('number of attempts'),
  topic: z.string().nullable().describe("the message's topic; null without a message"),
  partition: count.nullable().describe("the message's partition"),
  offset: count.nullable().describe("the message's offset"),
  stream: z.string().nullable().describe("the image's stream; null if unknown"),
  image_num: positiveInteger.nullable().describe('number of the image within its stream'),
  technique: z.string().nullable().describe('technique that could not compare the image'),
  image_event_num: positiveInteger.nullable().describe("the event's number"),
  value: z.string().nullable().describe("the first 65,536 characters of the message's value"),
});

/** The schema of each type's data. */
export const MESSAGE_TYPES = {
  'imgpipe.image.received.v1': imageReceivedData,
  'imgpipe.image.event.v1': imageEventData,
  'imgpipe.dead.letter.v1': deadLetterData,
} as const;

export type MessageType = keyof typeof MESSAGE_TYPES;
export type MessageData<T extends MessageType> = z.infer<(typeof MESSAGE_TYPES)[T]>;
