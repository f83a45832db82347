import { alertListSchema, apiAlertSchema, problemSchema, timelineSchema } from '../domain/json/api.ts';
import { type JsonSchema, jsonSchemaOf, type Shape } from '../domain/json/json-schema.ts';
import { alertLineSchema } from '../domain/json/result-lines.ts';
import { statusSchema } from '../domain/json/status.ts';
import { PICTURE_TYPES } from './pictures.ts';
import { ROLES } from './urls.ts';

/** The viewer's HTTP interface as OpenAPI 3.1. Its schemas are those of `src/domain/json/`. */

const text = { type: 'string' };
const number = { type: 'number' };
const positive = { type: 'integer', minimum: 1 };

const COMPONENTS = [apiAlertSchema, alertListSchema, timelineSchema, statusSchema, alertLineSchema, problemSchema];

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

const json = (schema: Shape): Content => ({ 'application/json': { schema: refTo(schema) } });
const plain = { 'text/plain': { schema: text } };

const inQuery = (name: string, schema: JsonSchema, description: string) => ({
  name,
  in: 'query',
  schema,
  description,
});
const inPath = (name: string, schema: JsonSchema, description: string) => ({
  name,
  in: 'path',
  required: true,
  schema,
  description,
});

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly JsonSchema[];
  readonly content: Content;
  /** How this operation returns errors. */
  readonly problem?: Content;
  /** Whether it needs no token. */
  readonly open?: true;
}

function get({ operationId, summary, parameters = [], content, problem = json(problemSchema), open }: Operation) {
  const responses = {
    200: { description: summary, content },
    ...(!open && { 401: { description: 'The token is missing or wrong', content: plain } }),
    default: { description: 'An error', content: problem },
  };
  return { get: { operationId, summary, parameters, responses, ...(open && { security: [] }) } };
}

const alertNumber = inPath('alert', positive, "the alert's number");

const PATHS = {
  '/api/alerts': get({
    operationId: 'listAlerts',
    summary: 'A page of alerts, newest first',
    parameters: [
      inQuery('stream', text, 'only alerts of this stream'),
      inQuery('technique', text, 'only alerts of this technique, such as `l2@2`, whichever of its versions judged'),
      inQuery(
        'from',
        text,
        'only alerts of images that were captured at or after this day or time (UTC); if that is not known, alerts raised then',
      ),
      inQuery('to', text, 'only alerts captured, or raised, before this day or time (UTC)'),
      inQuery('min_measurement', { ...number, minimum: 0 }, 'only alerts with at least this measurement'),
      inQuery('before', positive, 'only alerts with lower numbers; not together with `after`'),
      inQuery('after', positive, 'only alerts with higher numbers; not together with `before`'),
      inQuery('limit', { ...positive, maximum: 100, default: 24 }, 'number of alerts per page'),
    ],
    content: json(alertListSchema),
  }),
  '/api/alerts/{alert}': get({
    operationId: 'getAlert',
    summary: 'An alert',
    parameters: [alertNumber],
    content: json(apiAlertSchema),
  }),
  '/api/streams/{stream}': get({
    operationId: 'getTimeline',
    summary: "A stream's images as one technique measured them, oldest first",
    parameters: [
      inPath('stream', text, 'name of the stream'),
      inQuery(
        'technique',
        text,
        'measurements of this technique, such as `l2@2`, of all its versions; if omitted those of `l2`, or else of the first technique by name',
      ),
      inQuery('before', positive, 'only images with lower numbers'),
    ],
    content: json(timelineSchema),
  }),
  '/api/status': get({
    operationId: 'getStatus',
    summary: 'Counts of the pipeline, and what is open; the same as `imgpipe status --json`',
    content: json(statusSchema),
  }),
  '/alerts/{alert}/{role}': get({
    operationId: 'getPicture',
    summary: 'One of the pictures of an alert, as stored; a TIFF as PNG',
    parameters: [alertNumber, inPath('role', { enum: ROLES }, 'which picture')],
    content: Object.fromEntries(PICTURE_TYPES.map((type) => [type, { schema: {} }])),
    problem: { 'text/html': { schema: text } },
  }),
  '/live': get({
    operationId: 'followAlerts',
    summary:
      'New alerts as server-sent events of type `alert`, whose data is an AlertLine. A client that reconnects with `Last-Event-ID` misses none. The event `reset` says that the pipeline was cleaned',
    content: { 'text/event-stream': { schema: refTo(alertLineSchema) } },
    problem: { 'text/html': { schema: text } },
  }),
  '/metrics': get({
    operationId: 'getMetrics',
    summary: 'Metrics in the text format of Prometheus',
    content: plain,
    problem: { 'text/html': { schema: text } },
  }),
  '/healthz': get({
    operationId: 'getHealth',
    summary: '`ok` while the catalog is readable; needs no token',
    content: plain,
    problem: { 'text/html': { schema: text } },
    open: true,
  }),
};

/** The OpenAPI document. */
export function openApiDocument(): JsonSchema {
  return {
    openapi: '3.1.0',
    info: {
      title: 'imgpipe',
      version: '1',
      description: 'The alerts of an image pipeline, read-only. Later versions add fields but do not rename them.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths: PATHS,
    components: {
      schemas: componentSchemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'the token of `--token-file`, if set' },
      },
    },
    security: [{}, { token: [] }],
  };
}

/** The schemas by their ids, with the shapes that they refer to. */
function componentSchemas(): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  for (const each of COMPONENTS) {
    const { $schema: _, title, $defs, ...body } = jsonSchemaOf(each);
    schemas[String(title)] = body;
    Object.assign(schemas, $defs);
  }
  return JSON.parse(JSON.stringify(schemas).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function refTo(schema: Shape): JsonSchema {
  return { $ref: `#/components/schemas/${schema.meta()?.id}` };
}
