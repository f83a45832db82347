import { alertListSchema, apiAlertSchema, problemSchema, timelineSchema } from '../../../src/domain/json/api.ts';
import type { JsonSchema } from '../../../src/domain/json/json-schema.ts';
import { viewSchema } from '../../../src/domain/json/view.ts';
import { openApiDocument } from '../../../src/web/openapi.ts';
import { fillBlocks, markdownTable } from './blocks.ts';
import { addedFieldTable, fieldTable } from './fields.ts';

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description: string }[];
  readonly responses: { readonly 200: { readonly content: JsonSchema } };
}

/** `docs/reference/api.md`: the viewer's HTTP interface, as its OpenAPI document describes it. */
export function apiPage(page: string): string {
  const paths = openApiDocument()['paths'] as Readonly<Record<string, { readonly get: Operation }>>;
  const operations = Object.entries(paths).map(([path, { get }]) => [path, get] as const);
  const addresses = operations.map(([path, { summary, responses }]) => [
    `\`${path}\``,
    Object.keys(responses[200].content)
      .map((type) => `\`${type}\``)
      .join(', '),
    summary,
  ]);
  const parameters = operations.flatMap(([path, operation]) =>
    operation.parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name, description }) => [`\`${path}\``, `\`${name}\``, description]),
  );
  return fillBlocks(
    page,
    new Map([
      ['addresses', markdownTable(['address', 'type', 'returns'], addresses)],
      ['parameters', markdownTable(['address', 'parameter', 'meaning'], parameters)],
      ['alerts', fieldTable(alertListSchema, 'field of `/api/alerts`').replaceAll(/\n\| `alerts\[\].*/g, '')],
      ['alert', addedFieldTable(apiAlertSchema, viewSchema, 'field of an alert')],
      ['timeline', fieldTable(timelineSchema, 'field of `/api/streams/{stream}`')],
      ['problem', fieldTable(problemSchema, 'field of an error')],
    ]),
  );
}
