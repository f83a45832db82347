import * as z from 'zod';

/** A JSON Schema of draft 2020-12, as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A zod schema, for modules that may not import zod. */
export type Shape = z.ZodType;

/**
 * The JSON Schema of a shape. Shapes with an id are in `$defs` and referenced. Unknown fields are allowed, because
 * later versions add fields.
 */
export function jsonSchemaOf(shape: Shape): JsonSchema {
  const { $schema, $ref, $defs = {}, ...rest } = z.toJSONSchema(shape, { io: 'input', override: simplify });
  const own = typeof $ref === 'string' ? $ref.slice('#/$defs/'.length) : undefined;
  if (own === undefined) return { $schema, ...rest, ...($defs !== undefined && { $defs }) };
  const { [own]: body, ...others } = $defs;
  return { $schema, title: own, ...body, ...(Object.keys(others).length > 0 && { $defs: others }) };
}

/** Removes patterns that only repeat a format, and the bound of integers that JSON numbers represent exactly. */
function simplify({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema['format'] !== undefined) delete jsonSchema['pattern'];
  if (jsonSchema['maximum'] === Number.MAX_SAFE_INTEGER) delete jsonSchema['maximum'];
}
