import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { schemaFiles } from '../../schemas/json-schemas.ts';
import { ROOT } from '../support/imgpipe.ts';

const FOLDER = path.join(ROOT, 'schemas');
const files = schemaFiles();

describe('the files in schemas/', () => {
  test("are those that 'npm run schemas' writes", () => {
    expect(
      readdirSync(FOLDER)
        .filter((file) => file.endsWith('.json'))
        .sort(),
    ).toEqual([...files.keys()].sort());
  });

  test.each([...files])('%s is up to date, and describes every field', (file, text) => {
    expect(readFileSync(path.join(FOLDER, file), 'utf8')).toBe(text);
    expect(undescribed(JSON.parse(text))).toEqual([]);
  });

  test.each([...files])('%s allows fields that a later version adds', (file, text) => {
    expect(text.includes('"additionalProperties"')).toBe(file === 'config.schema.json');
  });
});

/** The fields that have no description. */
function undescribed(schema: unknown, at = '$'): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const inner = undescribed(value, `${at}.${key}`);
    if (key !== 'properties') return inner;
    const fields = Object.entries(value as Record<string, { description?: string }>);
    return [...fields.flatMap(([name, { description }]) => (description ? [] : [`${at}.${name}`])), ...inner];
  });
}
