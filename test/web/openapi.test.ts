import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { addApiRoutes } from '../../src/web/api-routes.ts';
import { openApiDocument } from '../../src/web/openapi.ts';
import type { ViewerParts } from '../../src/web/parts.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description: string }[];
}

const { paths, components } = JSON.parse(JSON.stringify(openApiDocument())) as {
  paths: Record<string, { get: Operation }>;
  components: { schemas: Record<string, { type?: string; properties?: object }> };
};
const operations = Object.entries(paths).map(([path, { get }]) => [path, get] as const);

describe('the OpenAPI document', () => {
  test('describes every route of the API, and no other', () => {
    const app = new Hono();
    addApiRoutes(app, {} as ViewerParts);
    const routes = app.routes.map((route) => route.path.replaceAll(/:(\w+)/g, '{$1}'));
    const described = Object.keys(paths).filter((path) => path.startsWith('/api/'));
    expect([...described, '/api/openapi.json'].sort()).toEqual(routes.sort());
  });

  test.each(operations)('describes the parameters of %s', (path, { operationId, summary, parameters }) => {
    expect([operationId, summary].every((text) => text !== '')).toBe(true);
    const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    expect(parameters.every(({ description }) => description.length > 0)).toBe(true);
  });

  test('has unique operation ids', () => {
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('defines every schema that it refers to, each with its fields', () => {
    const refs = JSON.stringify({ paths, components }).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    const names = new Set([...refs].map(([, name = '']) => name));
    expect([...names].sort()).toEqual(Object.keys(components.schemas).sort());
    for (const [name, { type, properties = {} }] of Object.entries(components.schemas)) {
      expect(type, name).toBe('object');
      expect(Object.keys(properties), name).not.toEqual([]);
    }
  });
});
