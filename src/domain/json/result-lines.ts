import * as z from 'zod';
import { captureFields } from './capture.ts';
import {
  absolutePath,
  count,
  digest,
  eventKind,
  notes,
  outcomeKind,
  positiveInteger,
  techniqueId,
  thresholdFields,
  time,
} from './fields.ts';

/** The line of a received image: `receive --json`, `run --json`. */
export const imageLineSchema = z
  .object({
    type: z.literal('image').describe('always `image`'),
    stream: z.string().describe("the image's stream"),
    image: positiveInteger.describe('number of the image within its stream'),
    path: absolutePath.describe('path of the stored image'),
    sha256: digest.describe("digest of the image's bytes"),
    bytes: count.describe('size in bytes'),
    origin: z.string().describe('path of the file that it was received from, or `generated`'),
    moved_to: z.string().nullable().describe('path at which this file was found last; null if it was not moved'),
    received_at: time.describe('time of receipt'),
    notes,
    mask: digest.nullable().describe('digest of the mask that applies to the image; null without a mask'),
    ...captureFields,
  })
  .meta({ id: 'ImageLine', description: 'a received image' });

const repeated = z
  .literal(true)
  .optional()
  .describe('true for a result that was there before and may have been reported');

const capturedAt = time.optional().describe('when its image was captured; only in a list, and only if that is known');

/** The line of an outcome: `analyze --json`, `run --json`. */
export const outcomeLineSchema = z
  .object({
    type: z.literal('outcome').describe('always `outcome`'),
    stream: z.string().describe("the image's stream"),
    image: positiveInteger.describe('number of the image within its stream'),
    outcome: outcomeKind.describe('result of the comparison'),
    technique: techniqueId,
    measurement: z
      .number()
      .nullable()
      .describe('how much the image differs; null for `first`, `size_changed` and `dead`'),
    ...thresholdFields,
    reference: positiveInteger
      .nullable()
      .describe('number of the image that it was compared with; null if there is none'),
    region_count: count
      .nullable()
      .describe('number of changed regions; null without an event, and for a technique that does not find regions'),
    event: positiveInteger.nullable().describe("the event's number; null without an event"),
    difference: absolutePath.nullable().describe('path of the difference image; null without an event'),
    analyzed_at: time.describe('time of the comparison'),
    captured_at: capturedAt,
    repeated,
  })
  .meta({ id: 'OutcomeLine', description: 'the outcome of one technique for one image' });

/** The line of an alert: `alert --json`, `run --json`, and the data of the viewer's server-sent events. */
export const alertLineSchema = z
  .object({
    type: z.literal('alert').describe('always `alert`'),
    alert: positiveInteger.describe("the alert's number"),
    event: positiveInteger.describe("the event's number; equal to the alert's"),
    stream: z.string().describe("the image's stream"),
    image: positiveInteger.describe('number of the image that changed'),
    kind: eventKind.describe('kind of the event'),
    path: absolutePath.describe("path of the alert's text file"),
    alerted_at: time.describe('time of the alert'),
    captured_at: capturedAt,
    repeated,
  })
  .meta({ id: 'AlertLine', description: 'a new alert' });

/** A line of `receive`, `analyze`, `alert` and `run` with `--json`. `type` says which. */
export const resultLineSchema = z.discriminatedUnion('type', [imageLineSchema, outcomeLineSchema, alertLineSchema]);

export type ImageLine = z.infer<typeof imageLineSchema>;
export type OutcomeLine = z.infer<typeof outcomeLineSchema>;
export type AlertLine = z.infer<typeof alertLineSchema>;
export type ResultLine = z.infer<typeof resultLineSchema>;
