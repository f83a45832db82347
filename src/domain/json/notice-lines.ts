import * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { STAGES } from '../reports.ts';
import { deadLetterLineSchema } from './dead-letters.ts';
import { count, positiveInteger, techniqueId } from './fields.ts';

/** What stages report to a program besides their results. `type` says which. */

const stage = z.enum(STAGES).describe('stage that reports it');
const origin = z.string().describe('where the picture came from');
const stream = z.string().describe('name of the stream');
const error = z
  .object({
    code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).describe('error code'),
    message: z.string().describe('error message'),
  })
  .describe('the error');

const noticeSchemas = [
  z
    .object({ type: z.literal('rejected').describe('always `rejected`'), origin, error })
    .meta({ id: 'RejectedLine', description: 'a picture that could not be received' }),
  z
    .object({
      type: z.literal('skipped').describe('always `skipped`'),
      origin,
      image: positiveInteger.describe('number of the image with the same content'),
      moved_from: z.string().optional().describe('path at which its file was before; only if it was moved'),
    })
    .meta({ id: 'SkippedLine', description: 'a file whose content the stream already has' }),
  z
    .object({
      type: z.literal('not_taken').describe('always `not_taken`'),
      folder: z.string().describe('the folder, as it was given'),
      files: count.describe('files of the folder and its subfolders that were not taken'),
      endings: z
        .array(
          z.object({
            ending: z.string().describe('ending in lower case, such as `.txt`; empty for names without one'),
            files: count.describe('files with this ending'),
          }),
        )
        .describe('the ten most frequent endings, most frequent first'),
    })
    .meta({ id: 'NotTakenLine', description: 'files of a folder that do not have the ending of a picture' }),
  deadLetterLineSchema
    .omit({ id: true, replayed_at: true, dropped_at: true })
    .extend({
      type: z.literal('dead_letter').describe('always `dead_letter`'),
      origin: origin.nullable().describe('where its image came from; null without an image'),
    })
    .meta({ id: 'DeadLetterReport', description: 'a new dead letter' }),
  z
    .object({ type: z.literal('skipped_former').describe('always `skipped_former`'), stage })
    .meta({ id: 'SkippedFormerLine', description: 'a message from before the last `clean`' }),
  z.object({ type: z.literal('skipped_stale').describe('always `skipped_stale`'), stage }).meta({
    id: 'SkippedStaleLine',
    description: 'a message about an image or event that the catalog does not have, or has with other content',
  }),
  z
    .object({
      type: z.literal('odd_picture').describe('always `odd_picture`'),
      stream,
      image: positiveInteger.describe('number of the image within its stream'),
      note: z.string().describe('what is odd about the file'),
    })
    .meta({
      id: 'OddPictureLine',
      description: 'an odd file that is compared nevertheless; told once for each note and stream',
    }),
  z
    .object({
      type: z.literal('broker_notice').describe('always `broker_notice`'),
      text: z.string().describe('a sentence with what to do'),
    })
    .meta({ id: 'BrokerNoticeLine', description: 'a setting of an existing topic that will cause trouble' }),
  z
    .object({
      type: z.literal('recovered').describe('always `recovered`'),
      stream,
      images: count.describe('images that are published now'),
    })
    .meta({ id: 'RecoveredLine', description: 'images whose messages would not have been delivered' }),
  z
    .object({
      type: z.literal('recovered_events').describe('always `recovered_events`'),
      events: count.describe('events that are published now'),
    })
    .meta({ id: 'RecoveredEventsLine', description: 'events whose messages would not have been delivered' }),
  z
    .object({ type: z.literal('technique_idle').describe('always `technique_idle`'), technique: techniqueId })
    .meta({ id: 'TechniqueIdleLine', description: 'a technique without analyzers, for which nothing waits any more' }),
  z
    .object({
      type: z.literal('bus_changed').describe('always `bus_changed`'),
      address: z.string().describe('address of the broker, with the prefix of the topics'),
      id: z.string().describe('id of the bus: the cluster id with the prefix'),
      before: z.string().nullable().describe('id of the bus before'),
    })
    .meta({ id: 'BusChangedLine', description: 'a bus that took the place of another: what waits is published on it' }),
  z
    .object({
      type: z.literal('withdrawn').describe('always `withdrawn`'),
      stream,
      images: count.describe('images whose numbers are given again'),
    })
    .meta({ id: 'WithdrawnLine', description: 'images that an interrupted receiver had numbered but not stored' }),
  z
    .object({
      type: z.literal('no_outcome').describe('always `no_outcome`'),
      stream,
      image: positiveInteger.describe('number of the image'),
      publications: count.describe('how often it was published'),
    })
    .meta({
      id: 'NoOutcomeLine',
      description: 'an image that was published several times without an outcome; from now on at growing intervals',
    }),
  z
    .object({
      type: z.literal('moved').describe('always `moved`'),
      from: z.string().describe('where the data folder was'),
      to: z.string().describe('where it is'),
      as_copy: z.boolean().describe('whether it is a copy, which is a pipeline of its own from now on'),
    })
    .meta({ id: 'MovedLine', description: 'a data folder that is no longer where a stage opened it last' }),
  z
    .object({ type: z.literal('waiting').describe('always `waiting`'), stage, error })
    .meta({ id: 'WaitingLine', description: 'a transient error; the stage retries until it succeeds' }),
  z
    .object({
      type: z.literal('resumed').describe('always `resumed`'),
      stage,
      after_ms: count.describe('how long it waited, in milliseconds'),
    })
    .meta({ id: 'ResumedLine', description: 'the end of a wait' }),
  z
    .object({
      type: z.literal('standing_by').describe('always `standing_by`'),
      stage,
      holder: z.string().nullable().describe("process that does the work; null if the group's other members do"),
    })
    .meta({ id: 'StandingByLine', description: 'a stage that takes over when another process ends' }),
  z
    .object({
      type: z.literal('lock_lost').describe('always `lock_lost`'),
      stage,
      lock: z.string().describe('name of the lock'),
    })
    .meta({ id: 'LockLostLine', description: 'a lock that the stage lost, and acquires again' }),
  z
    .object({
      type: z.literal('working').describe('always `working`'),
      stage,
      partitions: z.array(count).nullable().describe('its partitions; null with the embedded broker'),
      partition_count: count.nullable().describe("number of the topic's partitions; null with the embedded broker"),
    })
    .meta({ id: 'WorkingLine', description: 'a stage that consumes messages' }),
  z
    .object({ type: z.literal('rebalancing').describe('always `rebalancing`'), stage })
    .meta({ id: 'RebalancingLine', description: 'a rebalance of the consumer group' }),
  z
    .object({
      type: z.literal('joining').describe('always `joining`'),
      stage,
      gives_up_after_ms: count.describe('session timeout of a member that left without notice, in milliseconds'),
    })
    .meta({ id: 'JoiningLine', description: 'a stage that its consumer group does not admit yet' }),
] as const;

export const noticeLineSchema = z.discriminatedUnion('type', noticeSchemas);

export type NoticeLine = z.infer<typeof noticeLineSchema>;
