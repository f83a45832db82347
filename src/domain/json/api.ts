import * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../errors.ts';
import { outcomeKind, positiveInteger, techniqueId, thresholdFields, time } from './fields.ts';
import { viewSchema } from './view.ts';

/** The responses of the viewer's API that no command prints. */

/** `/api/alerts/{alert}`: the fields of `view --json`, and the alert's URLs. */
export const apiAlertSchema = viewSchema
  .extend({
    url: z.string().describe('page of the alert'),
    picture_urls: z
      .object({
        reference: z.string().describe('the previous image'),
        image: z.string().describe('the image that changed'),
        difference: z.string().describe('the difference image'),
      })
      .describe("URLs of the alert's pictures"),
  })
  .meta({ id: 'ApiAlert', description: 'an alert with its event, its pictures and their URLs' });

/** `/api/alerts`: a page of alerts. */
export const alertListSchema = z
  .object({
    alerts: z
      .array(apiAlertSchema)
      .describe('alerts of this page, highest number first; with `from` or `to`, latest time first'),
    older: z.string().nullable().describe('URL of the page with lower numbers; null on the last page'),
    newer: z.string().nullable().describe('URL of the page with higher numbers; null on the first page'),
  })
  .meta({ id: 'AlertList', description: 'a page of alerts' });

/** `/api/streams/{stream}`: the measurements of a stream by one technique. */
export const timelineSchema = z
  .object({
    stream: z.string().describe('name of the stream'),
    technique: techniqueId,
    points: z
      .array(
        z.object({
          image: positiveInteger.describe('number of the image within its stream'),
          received_at: time.describe('time of receipt'),
          captured_at: time.nullable().describe('time of capture; null if unknown'),
          outcome: outcomeKind.describe('result of the comparison'),
          measurement: z.number().nullable().describe('how much the image differs; null if it was not measured'),
          ...thresholdFields,
          alert: positiveInteger.nullable().describe("the alert's number; null without an alert"),
        }),
      )
      .describe('up to 300 images, oldest first'),
  })
  .meta({ id: 'Timeline', description: "a stream's images as one technique measured them" });

/** Every error of the API. */
export const problemSchema = z
  .object({
    error: z
      .object({
        code: z.enum(Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]]).describe('error code'),
        message: z.string().describe('error message'),
      })
      .describe('the error'),
  })
  .meta({ id: 'Problem', description: 'an error' });

export type ApiAlertJson = z.infer<typeof apiAlertSchema>;
export type AlertListJson = z.infer<typeof alertListSchema>;
export type TimelineJson = z.infer<typeof timelineSchema>;
export type ProblemJson = z.infer<typeof problemSchema>;
