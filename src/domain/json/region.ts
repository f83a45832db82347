import * as z from 'zod';
import { count } from './fields.ts';

const pixel = z.int().nonnegative();

/** A changed part of a picture. */
export const regionSchema = z
  .object({
    box: z
      .object({
        x: pixel.describe('left edge, in pixels from 0'),
        y: pixel.describe('top edge, in pixels from 0'),
        width: z.int().positive().describe('width in pixels'),
        height: z.int().positive().describe('height in pixels'),
      })
      .describe('bounding box'),
    centroid: z
      .object({
        x: z.number().describe('horizontal position in pixels'),
        y: z.number().describe('vertical position in pixels'),
      })
      .describe('center, weighted by the difference of each pixel'),
    area: z.int().positive().describe('area in pixels'),
    sum: z.number().describe('sum of the differences of its pixels, in levels, signed'),
    peak: z.number().describe('largest difference of a pixel, in levels, signed'),
    snr: z.number().describe('signal-to-noise ratio: the sum divided by its noise'),
  })
  .meta({ id: 'Region', description: 'a changed part of a picture' });

/** The two fields of an event's regions. Both are null for a technique that does not look for regions. */
export const regionFields = {
  region_count: count.nullable().describe('number of changed regions; null for a technique that does not find regions'),
  regions: z
    .array(regionSchema)
    .nullable()
    .describe('the 100 strongest regions, strongest first; null if `region_count` is null'),
};
