import * as z from 'zod';
import { absolutePath, count, digest, notes, techniqueId, thresholdFields } from './fields.ts';
import { regionFields } from './region.ts';

const file = {
  file: absolutePath.describe('path of the file'),
  sha256: digest.describe("digest of the file's bytes"),
};

const comparedPicture = z.object({
  ...file,
  width: count.describe('width in pixels after EXIF orientation'),
  height: count.describe('height in pixels after EXIF orientation'),
  notes,
});

/** `compare --json`: how two files differ. */
export const comparisonSchema = z
  .object({
    outcome: z.enum(['unchanged', 'changed', 'size_changed']).describe('result of the comparison'),
    technique: techniqueId,
    measurement: z.number().nullable().describe('how much they differ; null for `size_changed`'),
    ...thresholdFields,
    ...regionFields,
    reference: comparedPicture.describe('the first picture'),
    image: comparedPicture.describe('the second picture'),
    mask: z.object(file).nullable().describe('mask that was applied to both pictures; null without a mask'),
    difference: z
      .object({ path: absolutePath.describe('path of the difference image') })
      .nullable()
      .describe('the difference image; null unless it was written with `--out`'),
  })
  .meta({ id: 'Comparison', description: 'how two pictures differ' });

export type ComparisonJson = z.infer<typeof comparisonSchema>;
