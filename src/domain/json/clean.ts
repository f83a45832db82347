import * as z from 'zod';
import { absolutePath, count } from './fields.ts';

/** `clean --json`: what is removed, and what is kept. */
export const cleanSchema = z
  .object({
    data: absolutePath.describe('the data folder'),
    images: count.describe('images to remove'),
    events: count.describe('events to remove'),
    alerts: count.describe('alerts to remove'),
    files: count.describe('files to remove'),
    left: z.array(absolutePath).describe("files in the pipeline's folders that imgpipe did not write; they are kept"),
    dry_run: z.boolean().describe('true with `--dry-run`: nothing is removed'),
  })
  .meta({ id: 'Clean', description: 'what `clean` removes, and what it keeps' });

export type CleanJson = z.infer<typeof cleanSchema>;
