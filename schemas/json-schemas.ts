import { alertListSchema, apiAlertSchema, problemSchema, timelineSchema } from '../src/domain/json/api.ts';
import { cleanSchema } from '../src/domain/json/clean.ts';
import { comparisonSchema } from '../src/domain/json/comparison.ts';
import { copySchema } from '../src/domain/json/copy.ts';
import {
  deadLetterLineSchema,
  deadLetterSchema,
  dropLineSchema,
  replayLineSchema,
} from '../src/domain/json/dead-letters.ts';
import { jsonSchemaOf, type Shape } from '../src/domain/json/json-schema.ts';
import { MESSAGE_TYPES } from '../src/domain/json/messages.ts';
import { noticeLineSchema } from '../src/domain/json/notice-lines.ts';
import { ranSchema, receivedSchema } from '../src/domain/json/received.ts';
import { resultLineSchema } from '../src/domain/json/result-lines.ts';
import { livenessSchema, statusSchema } from '../src/domain/json/status.ts';
import { viewSchema } from '../src/domain/json/view.ts';
import { openApiDocument } from '../src/web/openapi.ts';
import { configSchema } from './config-schema.ts';

/** The JSON that commands print, and that the two APIs return, by the name of its file. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  'result-line': resultLineSchema,
  'notice-line': noticeLineSchema,
  received: receivedSchema,
  ran: ranSchema,
  view: viewSchema,
  status: statusSchema,
  'status-alive': livenessSchema,
  'dead-list': deadLetterLineSchema,
  'dead-show': deadLetterSchema,
  'dead-replay': replayLineSchema,
  'dead-drop': dropLineSchema,
  clean: cleanSchema,
  copy: copySchema,
  compare: comparisonSchema,
  'api-alert': apiAlertSchema,
  'api-alerts': alertListSchema,
  'api-stream': timelineSchema,
  'api-problem': problemSchema,
};

/** The files of `schemas/`, by name. */
export function schemaFiles(): Map<string, string> {
  return new Map([
    ...Object.entries(MESSAGE_TYPES).map(([type, shape]) =>
      file(`${type}.json`, { title: type, ...jsonSchemaOf(shape) }),
    ),
    ...Object.entries(SHAPES).map(([name, shape]) => file(`${name}.schema.json`, jsonSchemaOf(shape))),
    file('config.schema.json', configSchema()),
    file('openapi.json', openApiDocument()),
  ]);
}

function file(name: string, content: Readonly<Record<string, unknown>>): [string, string] {
  const { $schema, ...rest } = content;
  return [name, `${JSON.stringify({ $schema, ...rest }, null, 2)}\n`];
}
