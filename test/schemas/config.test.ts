import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../../schemas/config-schema.ts';
import { loadConfig } from '../../src/config/load.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Field {
  readonly type?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly anyOf?: readonly Field[];
  readonly default?: unknown;
}

const { $schema: _, ...properties } = JSON.parse(JSON.stringify(configSchema()))['properties'] as Record<string, Field>;
const fields = Object.entries(properties);
const variants = fields.flatMap(([name, field]) => (field.anyOf ?? [field]).map((each) => [name, each] as const));

function load(content: object) {
  const file = path.join(temporaryFolder(), 'imgpipe.json');
  writeFileSync(file, JSON.stringify(content));
  return loadConfig({ given: {}, givenAs: 'flag', env: {}, file });
}

const accepts = (name: string, value: unknown) => {
  try {
    load({ [name]: value });
    return true;
  } catch {
    return false;
  }
};

describe('the schema of the configuration file', () => {
  test('has every setting', () => {
    expect(fields.map(([name]) => name)).toEqual(Object.values(SETTINGS).map(({ field }) => field));
  });

  test('has the defaults', () => {
    const defaults = fields.flatMap(([name, field]) => (field.default === undefined ? [] : [[name, field.default]]));
    // Named in the file, the data folder is beside the file.
    const data = expect.stringMatching(/.imgpipe-data$/);
    expect(load(Object.fromEntries(defaults))).toEqual({ ...load({}), data });
  });

  test.each(variants.filter(([, { minimum }]) => minimum !== undefined))('has the range of %s', (name, field) => {
    const { type, minimum = 0, maximum } = field;
    const step = type === 'integer' ? 1 : minimum;
    expect([accepts(name, minimum), accepts(name, minimum - (step || 1))]).toEqual([true, false]);
    if (maximum !== undefined) expect([accepts(name, maximum), accepts(name, maximum + 1)]).toEqual([true, false]);
    if (type === 'integer') expect(accepts(name, minimum + 0.5)).toBe(false);
  });

  test.each(variants.filter((variant) => variant[1].enum !== undefined))(
    'has the allowed values of %s',
    (name, field) => {
      expect(field.enum?.filter((word) => !accepts(name, word))).toEqual([]);
      expect(accepts(name, 'nothing such')).toBe(false);
    },
  );

  test.each(variants.filter(([, { pattern }]) => pattern !== undefined))(
    'has the form of %s',
    (name, { pattern = '' }) => {
      const samples = ['5s', '5', '168h', 'forever', '400px', '0.1%', 'garden.', 'a b', 'garden', '../x', '#1a2B3c'];
      for (const sample of samples.filter((each) => !new RegExp(pattern).test(each) && Number.isNaN(Number(each)))) {
        const other = variants.some(([of, { enum: words }]) => of === name && words?.includes(sample));
        expect(accepts(name, sample) && !other, sample).toBe(false);
      }
      expect(samples.some((each) => new RegExp(pattern).test(each) && accepts(name, each))).toBe(true);
    },
  );

  test('may be named in the file', () => {
    expect(load({ $schema: './config.schema.json', count: 3 }).count).toBe(3);
  });
});
