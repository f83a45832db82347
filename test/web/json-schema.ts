/** The part of JSON Schema that the OpenAPI description uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
}

export type Components = Readonly<Record<string, Schema>>;

/** The mismatches between a value and its schema. A field that the schema does not describe is one too. */
export function misfits(value: unknown, schema: Schema, components: Components, at = '$'): string[] {
  const inner = (each: unknown, of: Schema, where: string) => misfits(each, of, components, where);
  if (schema.$ref !== undefined) {
    const target = components[schema.$ref.replace('#/components/schemas/', '')];
    return target === undefined ? [`${schema.$ref} does not exist`] : inner(value, target, at);
  }
  if (schema.anyOf !== undefined) {
    const each = schema.anyOf.map((one) => inner(value, one, at));
    return each.some((found) => found.length === 0) ? [] : each.flat();
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${JSON.stringify(value)}`];
  const types = [schema.type ?? []].flat();
  const type = typeOf(value);
  if (!types.includes(type) && !(type === 'integer' && types.includes('number'))) {
    return [`${at} is ${type}, not ${types.join(' or ')}`];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => inner(each, schema.items ?? {}, `${at}[${index}]`));
  if (typeof value === 'object' && value !== null) return misfitsOfObject(value, schema, components, at);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [`${at} is ${value}`];
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(String(value)))) return [`${at} is not a time`];
  return [];
}

function misfitsOfObject(value: object, schema: Schema, components: Components, at: string): string[] {
  const { properties, required = [] } = schema;
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const known = properties?.[name];
    return known === undefined ? [`${at}.${name} is not described`] : misfits(each, known, components, `${at}.${name}`);
  });
  return [...missing, ...wrong];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
