import * as z from 'zod';
import { count, positiveInteger, time } from './fields.ts';

const subjectFields = {
  stream: z.string().nullable().describe("the image's stream; null if the letter is about a message alone"),
  image: positiveInteger.nullable().describe('number of the image within its stream; null without an image'),
};

const positionFields = {
  topic: z.string().nullable().describe("the message's topic; null without a message"),
  partition: count.nullable().describe("the message's partition"),
  offset: count.nullable().describe("the message's offset"),
};

/** A line of `dead list --json`. */
export const deadLetterLineSchema = z
  .object({
    id: positiveInteger.describe("the dead letter's number"),
    at: time.describe('time at which it was dead-lettered'),
    stage: z.enum(['analyze', 'alert']).describe('stage that failed'),
    reason: z.string().describe('error code'),
    detail: z.string().describe('error message'),
    attempts: positiveInteger.describe('number of attempts'),
    ...subjectFields,
    technique: z.string().nullable().describe('technique that could not compare the image; null without an image'),
    event: positiveInteger.nullable().describe("the event's number; null without an event"),
    ...positionFields,
    replayed_at: time.nullable().describe('time of its replay, while it waits to be handled; null before a replay'),
    dropped_at: time.nullable().describe('time at which it was dropped; null if it was not'),
  })
  .meta({ id: 'DeadLetterLine', description: 'a dead letter' });

/** `dead show --json`: a dead letter with its message. Headers are a list, because their names can be anything. */
export const deadLetterSchema = deadLetterLineSchema
  .extend({
    stack: z.string().nullable().describe('stack trace, for a bug in imgpipe; else null'),
    key: z.string().nullable().describe("the message's key; null if the message was not kept"),
    headers: z
      .array(
        z.object({
          name: z.string().describe("the header's name"),
          value: z.string().describe("the header's value"),
        }),
      )
      .describe("the message's headers"),
    value: z.string().nullable().describe("the message's complete value; null if the message was not kept"),
    value_base64: z.string().nullable().describe('the value in Base64 if it is not valid UTF-8; else null'),
  })
  .meta({ id: 'DeadLetter', description: 'a dead letter with its message' });

/** A line of `dead replay --json`. */
export const replayLineSchema = z
  .object({
    id: positiveInteger.describe("the dead letter's number"),
    how: z
      .enum(['published', 'left', 'waits', 'dropped', 'gone'])
      .describe(
        '`published`: published again; `left`: the lock holder of its stream publishes it within seconds; `waits`: replayed before and still open; `dropped`: dropped, and not replayed; `gone`: nothing is left to publish',
      ),
    holder: z.string().nullable().describe('process that holds the lock of the stream, for `left`; else null'),
    ...subjectFields,
    event: positiveInteger.nullable().describe("the event's number; null without an event"),
    ...positionFields,
  })
  .meta({ id: 'ReplayLine', description: 'a dead letter after its replay' });

/** A line of `dead drop --json`. */
export const dropLineSchema = z
  .object({
    id: positiveInteger.describe("the dead letter's number"),
    how: z
      .enum(['dropped', 'was_dropped', 'waits'])
      .describe('`dropped`: dropped now; `was_dropped`: dropped before; `waits`: replayed and still open, not dropped'),
    ...subjectFields,
    event: positiveInteger.nullable().describe("the event's number; null without an event"),
    ...positionFields,
  })
  .meta({ id: 'DropLine', description: 'a dead letter after it was dropped' });

export type DropLine = z.infer<typeof dropLineSchema>;
export type DeadLetterLine = z.infer<typeof deadLetterLineSchema>;
export type DeadLetterJson = z.infer<typeof deadLetterSchema>;
export type ReplayLine = z.infer<typeof replayLineSchema>;
