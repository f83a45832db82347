import * as z from 'zod';
import { count } from './fields.ts';

/** `copy --json`: what was moved, or would be. */
export const copySchema = z
  .object({
    pipeline_id: z.uuid().describe("the pipeline's UUID, which stays"),
    from: z.string().describe('the options of commands before: `--data /srv/garden`'),
    to: z.string().describe('the options of commands afterwards: `--data /srv/garden --catalog postgres://…`'),
    found: z
      .enum(['new', 'unfinished', 'former', 'unopened', 'finished'])
      .describe(
        'what was at the target: nothing; an unfinished copy; the pipeline before it moved away; a complete copy; the pipeline itself',
      ),
    moved: z.boolean().describe('whether the pipeline is at the target now; false with `--dry-run`'),
    files_copied: count.describe('files that were put; with `--dry-run` those that the pipeline has'),
    files_present: count.describe('files that were at the target before, with the right content'),
    rows: count.describe('rows of the catalog that were copied'),
    damaged: count.describe('files that are missing or damaged at the source'),
    faults: z
      .array(
        z.object({
          key: z.string().describe('path within the data folder'),
          what: z.string().describe('what is wrong with it'),
        }),
      )
      .describe('the first 1,000 of them'),
    dry_run: z.boolean().describe('true with `--dry-run`: nothing is moved'),
  })
  .meta({ id: 'Copy', description: 'what `copy` moved, or would move' });

export type CopyJson = z.infer<typeof copySchema>;
