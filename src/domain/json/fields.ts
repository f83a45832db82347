import * as z from 'zod';
import { OUTCOME_KINDS } from '../records.ts';
import { THRESHOLD_UNITS } from '../threshold.ts';

/** Field types that several JSON shapes share. Each shape adds its own description. */

/** A number that counts from 1: of an image, an event, an alert or a dead letter. */
export const positiveInteger = z.int().positive();

export const count = z.int().nonnegative();

/** RFC 3339 in UTC. */
export const time = z.iso.datetime();

/** SHA-256 in lower-case hexadecimal. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const absolutePath = z.string();

/** The notes on an image. */
export const notes = z
  .array(z.string())
  .describe(
    'what is odd about the file, which is compared nevertheless; empty if nothing is, and until it has been decoded',
  );

export const eventKind = z.enum(['changed', 'size_changed']);

export const outcomeKind = z.enum(OUTCOME_KINDS);

/** A technique's name and version: `l2@2`. */
export const techniqueId = z.string().describe('technique and its version, such as `l2@2`');

/** The two fields of a threshold. */
export const thresholdFields = {
  threshold: z.number().describe('the measurement must be greater than this to make an event'),
  threshold_unit: z
    .enum(THRESHOLD_UNITS)
    .describe(
      "unit of `threshold`: brightness levels, pixels, percent of the picture's pixels, or the score of a program's own technique",
    ),
};
