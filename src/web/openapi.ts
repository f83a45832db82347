import { OUTCOME_KINDS } from '../domain/records.ts';
import { THRESHOLD_UNITS } from '../domain/threshold.ts';

/** What programs may ask the viewer, as OpenAPI 3.1. Fields are added, never renamed; the README says what each means. */

type Schema = Readonly<Record<string, unknown>>;

const text = { type: 'string' };
const number = { type: 'number' };
const whole = { type: 'integer' };
const time = { type: 'string', format: 'date-time' };
const digest = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const oneOf = (...values: readonly string[]): Schema => ({ enum: values });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const list = (items: Schema): Schema => ({ type: 'array', items });

/** An object whose fields are all there. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, required: Object.keys(properties) };
}

const unit = oneOf(...THRESHOLD_UNITS);
const outcome = oneOf(...OUTCOME_KINDS);

const region = object({
  box: object({ x: whole, y: whole, width: whole, height: whole }),
  centroid: object({ x: number, y: number }),
  area: whole,
  sum: number,
  peak: number,
  snr: number,
});

const picture = object({
  number: whole,
  path: text,
  sha256: digest,
  width: orNull(whole),
  height: orNull(whole),
  origin: text,
  received_at: time,
});

const alert = object({
  alert: whole,
  event: whole,
  stream: text,
  kind: oneOf('changed', 'size_changed'),
  technique: text,
  measurement: orNull(number),
  threshold: number,
  threshold_unit: unit,
  region_count: orNull(whole),
  regions: orNull(list(region)),
  mask: orNull(object({ sha256: digest, path: text })),
  image: picture,
  reference: picture,
  difference: object({ path: text, sha256: digest }),
  analyzed_at: time,
  alerted_at: time,
  url: text,
  picture_urls: object({ reference: text, image: text, difference: text }),
});

const timeline = object({
  stream: text,
  technique: text,
  points: list(
    object({
      image: whole,
      received_at: time,
      outcome,
      measurement: orNull(number),
      threshold: number,
      threshold_unit: unit,
      alert: orNull(whole),
    }),
  ),
});

const problem = object({ error: object({ code: text, message: text }) });

const inQuery = (name: string, schema: Schema, description: string): Schema => ({
  name,
  in: 'query',
  schema,
  description,
});
const inPath = (name: string, schema: Schema): Schema => ({ name, in: 'path', required: true, schema });

function get(summary: string, schema: Schema, parameters: readonly Schema[] = []): Schema {
  const json = (of: Schema) => ({ 'application/json': { schema: of } });
  const responses = {
    200: { description: summary, content: json(schema) },
    default: { description: 'What is wrong, in words', content: json(problem) },
  };
  return { get: { summary, parameters, responses } };
}

export const openApi = {
  openapi: '3.1.0',
  info: {
    title: 'imgpipe',
    version: '1',
    description: 'Alerts of an image pipeline, read only. Every answer but those of /metrics and /live is JSON.',
  },
  paths: {
    '/api/alerts': get(
      'A page of alerts, the newest first',
      object({ alerts: list(alert), older: orNull(text), newer: orNull(text) }),
      [
        inQuery('stream', text, 'only of this stream'),
        inQuery('technique', text, 'only by this technique, such as l2@1'),
        inQuery('from', text, 'raised at this day or time (UTC) or later'),
        inQuery('to', text, 'raised before this day or time'),
        inQuery('least', number, 'measured as this or more'),
        inQuery('before', whole, 'with lower numbers than this'),
        inQuery('after', whole, 'with higher numbers than this'),
        inQuery('limit', { type: 'integer', minimum: 1, maximum: 100 }, 'how many'),
      ],
    ),
    '/api/alerts/{alert}': get('An alert', alert, [inPath('alert', whole)]),
    '/api/streams/{stream}': get("A stream's images as a technique has measured them, the oldest first", timeline, [
      inPath('stream', text),
      inQuery('technique', text, 'by this technique'),
      inQuery('before', whole, 'images with lower numbers than this'),
    ]),
    '/api/status': get('How the pipeline stands, as `imgpipe status --json` tells it', { type: 'object' }),
  },
} as const;
