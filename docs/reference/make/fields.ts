import { type JsonSchema, jsonSchemaOf, type Shape } from '../../../src/domain/json/json-schema.ts';
import { markdownTable } from './blocks.ts';

/** An enum with more values than this is shown as a string; the page links to its values. */
const MAX_VALUES = 8;

type Schemas = Readonly<Record<string, JsonSchema>>;

/** The table of a shape's fields: every field with its path, such as `faults[].key`, its type and its meaning. */
export function fieldTable(shape: Shape, head = 'field'): string {
  const schema = jsonSchemaOf(shape);
  return markdownTable([head, 'type', 'meaning'], rowsOf(schema, (schema['$defs'] ?? {}) as Schemas, ''));
}

/** The fields of a shape that another one does not have. */
export function addedFieldTable(shape: Shape, base: Shape, head = 'field'): string {
  const { properties, ...schema } = jsonSchemaOf(shape);
  const known = Object.keys((jsonSchemaOf(base)['properties'] ?? {}) as Schemas);
  const added = Object.entries((properties ?? {}) as Schemas).filter(([name]) => !known.includes(name));
  const rows = rowsOf({ properties: Object.fromEntries(added) }, (schema['$defs'] ?? {}) as Schemas, '');
  return markdownTable([head, 'type', 'meaning'], rows);
}

function rowsOf(schema: JsonSchema, defs: Schemas, path: string): string[][] {
  return Object.entries((schema['properties'] ?? {}) as Schemas).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const { value, nullable } = resolved(field, defs);
    const items = value['type'] === 'array' ? resolved(value['items'] as JsonSchema, defs).value : undefined;
    const row = [
      `\`${at}\``,
      `${typeText(value, items)}${nullable ? ' or null' : ''}`,
      String(field['description'] ?? ''),
    ];
    return [row, ...rowsOf(items ?? value, defs, items === undefined ? at : `${at}[]`)];
  });
}

/** A field's own schema, and whether it can be null. */
function resolved(field: JsonSchema, defs: Schemas): { value: JsonSchema; nullable: boolean } {
  const { $ref, anyOf, type } = field;
  if (typeof $ref === 'string') return resolved(defs[$ref.slice('#/$defs/'.length)] ?? {}, defs);
  if (Array.isArray(anyOf)) {
    const [value = {}] = (anyOf as JsonSchema[]).filter((each) => each['type'] !== 'null');
    return { value: resolved(value, defs).value, nullable: anyOf.length > 1 };
  }
  if (Array.isArray(type)) return { value: { ...field, type: type[0] }, nullable: true };
  return { value: field, nullable: false };
}

function typeText(schema: JsonSchema, items: JsonSchema | undefined): string {
  const values = schema['enum'];
  if (Array.isArray(values) && values.length <= MAX_VALUES) return values.map((value) => `\`${value}\``).join(', ');
  if (items !== undefined) return `array of ${items['type']}s`;
  if (schema['format'] === 'date-time') return 'time';
  return String(schema['type']);
}
