import * as z from 'zod';
import { captureFields } from './capture.ts';
import {
  absolutePath,
  count,
  digest,
  eventKind,
  notes,
  positiveInteger,
  techniqueId,
  thresholdFields,
  time,
} from './fields.ts';
import { regionFields } from './region.ts';

/** One of the two images of an alert. */
export const pictureSchema = z
  .object({
    number: positiveInteger.describe('number of the image within its stream'),
    path: absolutePath.describe('path of the stored image'),
    sha256: digest.describe("digest of the image's bytes"),
    width: count.nullable().describe('width in pixels after EXIF orientation; null if unknown'),
    height: count.nullable().describe('height in pixels after EXIF orientation; null if unknown'),
    origin: z.string().describe('path of the file that it was received from, or `generated`'),
    moved_to: z.string().nullable().describe('path at which this file was found last; null if it was not moved'),
    notes,
    received_at: time.describe('time of receipt'),
    ...captureFields,
  })
  .meta({ id: 'Picture', description: 'an image of a stream' });

/** `view --json`: an alert with its event and pictures. */
export const viewSchema = z
  .object({
    alert: positiveInteger.describe("the alert's number"),
    event: positiveInteger.describe("the event's number; equal to the alert's"),
    stream: z.string().describe("the images' stream"),
    kind: eventKind.describe('kind of the event'),
    technique: techniqueId,
    measurement: z
      .number()
      .nullable()
      .describe('how much the image differs: the double nearest to the exact value; null for `size_changed`'),
    ...thresholdFields,
    ...regionFields,
    mask: z
      .object({
        sha256: digest.describe("digest of the mask's bytes"),
        path: absolutePath.describe('path of the stored mask'),
      })
      .nullable()
      .describe('mask that was applied to both images; null without a mask'),
    image: pictureSchema.describe('the image that changed'),
    reference: pictureSchema.describe('the previous image, which it was compared with'),
    difference: z
      .object({
        path: absolutePath.describe('path of the difference image'),
        sha256: digest.nullable().describe("digest of the difference image's bytes"),
      })
      .describe('the difference image'),
    analyzed_at: time.describe('time of the comparison'),
    alerted_at: time.describe('time of the alert'),
  })
  .meta({ id: 'Alert', description: 'an alert with its event and pictures' });

export type PictureJson = z.infer<typeof pictureSchema>;
export type ViewJson = z.infer<typeof viewSchema>;
