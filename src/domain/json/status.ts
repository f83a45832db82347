import * as z from 'zod';
import { OUTCOME_KINDS, type OutcomeKind } from '../records.ts';
import { STAGES } from '../reports.ts';
import { THRESHOLD_UNITS } from '../threshold.ts';
import { absolutePath, count, positiveInteger, techniqueId, thresholdFields, time } from './fields.ts';

const OUTCOME_COUNTS: Readonly<Record<OutcomeKind, string>> = {
  first: 'images without an earlier image to compare with',
  unchanged: 'images that did not change',
  changed: 'images that changed',
  size_changed: 'images that differ in size from the previous one',
  dead: 'images that could not be compared',
};

const outcomeCounts = z.object(
  Object.fromEntries(OUTCOME_KINDS.map((kind) => [kind, count.describe(OUTCOME_COUNTS[kind])])) as Record<
    OutcomeKind,
    typeof count
  >,
);

const partition = z.object({
  partition: count.describe('partition of the topic'),
  start: count.describe("the log's first offset"),
  end: count.describe('offset of the next message'),
  committed: count.nullable().describe('next offset that the group reads; null if it has committed none'),
  lag: count.describe('messages that the group has not read'),
});

const group = z.object({
  topic: z.string().describe("the topic's name on the broker"),
  group: z.string().describe("the consumer group's name on the broker"),
  members: z.array(z.string()).describe("the group's consumers; always empty with the embedded broker"),
  lag: count.describe('messages that the group has not read, over all partitions'),
  partitions: z.array(partition).describe("the topic's partitions"),
});

/** `status --json` and `/api/status`: counts, and what is open. */
export const statusSchema = z
  .object({
    pipeline_id: z.uuid().describe("the pipeline's UUID; `clean` assigns a new one"),
    data: absolutePath.describe('the data folder'),
    images: count.describe('number of images'),
    analyzed: count.describe('images that have an outcome for each technique in use'),
    events: count.describe('number of events'),
    alerts: count.describe('number of alerts'),
    dead_letters: count.describe('number of dead letters that have not been dropped'),
    dead_letters_dropped: count.describe('number of dead letters that have been dropped'),
    dead_letters_discarded: count.describe(
      'number of dead letters of messages alone that were deleted, because only the newest 1,000 are kept',
    ),
    odd_images: count.describe('images whose files are odd and compared nevertheless: they have `notes`'),
    waiting: z
      .object({
        analysis: count.describe('images that wait for an outcome'),
        alert: count.describe('events that wait for their alert'),
      })
      .nullable()
      .describe('what is open and will be delivered; null while the broker is unreachable'),
    republished: z
      .object({
        analysis: count.describe('images'),
        alert: count.describe('events'),
      })
      .nullable()
      .describe(
        'those of `waiting` whose messages will not be delivered, which the stages publish again; null while the broker is unreachable',
      ),
    unpublished: count.describe('open images that are not published yet; the next `receive` or `run` publishes them'),
    oldest_open: z
      .object({
        stream: z.string().describe("the image's stream"),
        image: positiveInteger.describe('number of the image within its stream'),
        received_at: time.describe('time of receipt'),
        age_ms: count.describe('time since receipt, in milliseconds'),
      })
      .nullable()
      .describe('the open image that was received first; null if no image is open'),
    lost: count.nullable().describe('number of faults; null while the broker is unreachable'),
    lost_keys: z.array(z.string()).describe('keys of `faults`'),
    faults: z
      .array(
        z.object({
          key: z.string().describe('what is faulty: `image garden/12`, `event 3`, or a path within the data folder'),
          what: z.string().describe('what is wrong with it'),
        }),
      )
      .describe('what is lost, missing, damaged or inconsistent: the first 1,000 faults'),
    balanced: z.boolean().nullable().describe('true if there are no faults; null if `lost` is null'),
    catalog: z
      .object({ address: z.string().describe('the path of its file, or `postgres://host:port/database`') })
      .describe('the catalog'),
    store: z
      .object({
        address: z.string().describe("the data folder, or `s3://bucket/prefix/…` with the pipeline's id"),
        reachable: z.boolean().describe("whether the store responds, and has the pipeline's images"),
      })
      .describe('the object store'),
    broker: z
      .object({
        address: z.string().describe("the broker's address, or `embedded`"),
        reachable: z.boolean().describe('whether the broker responds'),
      })
      .describe('the broker'),
    groups: z.array(group).describe('consumer groups; empty while the broker is unreachable'),
    notes: z.array(z.string()).describe('hints for people'),
    techniques: z
      .array(
        z.object({
          technique: techniqueId,
          ...thresholdFields,
          idle: z.boolean().describe('whether it has had no analyzers for `technique_idle`: nothing waits for it'),
          outcomes: outcomeCounts.describe('number of images by outcome'),
          judged: z
            .array(
              z.object({
                technique: techniqueId.describe('the version that judged these outcomes'),
                threshold: z.number().describe('threshold by which these outcomes were judged'),
                threshold_unit: z.enum(THRESHOLD_UNITS).describe('its unit'),
                outcomes: outcomeCounts.describe('number of these outcomes'),
              }),
            )
            .describe(
              'the same by the version and the threshold that judged them: `technique` and `threshold` are in force now, earlier outcomes keep theirs',
            ),
        }),
      )
      .describe('techniques in use'),
    streams: z
      .array(
        z.object({
          stream: z.string().describe('name of the stream'),
          images: count.describe('number of images'),
          events: count.describe('number of events'),
        }),
      )
      .describe('streams that have images'),
  })
  .meta({ id: 'Status', description: 'counts of the pipeline, and what is open' });

/** `status --alive --json`: whether a stage is alive on this host. */
export const livenessSchema = z
  .object({
    stage: z.enum(STAGES).describe('the requested stage'),
    host: z.string().describe("this host's name"),
    alive: z
      .boolean()
      .describe('whether one of its processes on this host sent a heartbeat within the last 30 seconds'),
    heartbeats: z
      .array(
        z.object({
          process: count.describe('process id'),
          at: time.describe('time of its last heartbeat'),
        }),
      )
      .describe('processes of the last 24 hours that did not exit cleanly, latest heartbeat first'),
  })
  .meta({ id: 'Liveness', description: 'whether a stage is alive on this host' });

export type StatusJson = z.infer<typeof statusSchema>;
export type LivenessJson = z.infer<typeof livenessSchema>;
