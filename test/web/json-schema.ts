/** The part of JSON Schema that the API's description uses. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly pattern?: string;
  readonly format?: string;
}

/** Where a value does not fit its schema; a field that the schema does not know is one of these places too. */
export function misfits(value: unknown, schema: Schema, at = '$'): string[] {
  if (schema.anyOf !== undefined) {
    const each = schema.anyOf.map((one) => misfits(value, one, at));
    return each.some((found) => found.length === 0) ? [] : each.flat();
  }
  if (schema.enum !== undefined) return schema.enum.includes(value) ? [] : [`${at} is ${JSON.stringify(value)}`];
  if (schema.type !== typeOf(value) && !(schema.type === 'number' && typeOf(value) === 'integer')) {
    return [`${at} is ${typeOf(value)}, not ${schema.type}`];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => misfits(each, schema.items ?? {}, `${at}[${index}]`));
  if (typeof value === 'object' && value !== null) return misfitsOfObject(value, schema, at);
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) return [`${at} is ${value}`];
  if (schema.format === 'date-time' && Number.isNaN(Date.parse(String(value)))) return [`${at} is no time`];
  return [];
}

function misfitsOfObject(value: object, { properties, required = [] }: Schema, at: string): string[] {
  const missing = required.filter((name) => !(name in value)).map((name) => `${at}.${name} is missing`);
  if (properties === undefined) return missing;
  const wrong = Object.entries(value).flatMap(([name, each]) => {
    const known = properties[name];
    return known === undefined ? [`${at}.${name} is not described`] : misfits(each, known, `${at}.${name}`);
  });
  return [...missing, ...wrong];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
