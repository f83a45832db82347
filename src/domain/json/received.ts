import * as z from 'zod';
import { count, positiveInteger } from './fields.ts';

/** What `receive` of the public API resolves with. */
export const receivedSchema = z
  .object({
    images: count.describe('number of images received'),
    first: positiveInteger.nullable().describe('number of the first image received; null if there is none'),
    last: positiveInteger.nullable().describe('number of the last image received; null if there is none'),
    skipped: count.describe('files whose content the stream already has'),
    rejected: count.describe('pictures that could not be received'),
  })
  .meta({ id: 'Received', description: 'what was received' });

/** What `run` of the public API resolves with. */
export const ranSchema = receivedSchema
  .extend({
    events: count.describe('events of the received images'),
    alerts: count.describe('alerts of the received images'),
    dead_letters: count.describe('dead letters of the received images'),
  })
  .meta({ id: 'Ran', description: 'what was received, and its results' });

export type ReceivedJson = z.infer<typeof receivedSchema>;
export type RanJson = z.infer<typeof ranSchema>;
