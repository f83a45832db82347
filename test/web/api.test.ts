import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  type ApiAlertJson,
  alertListSchema,
  apiAlertSchema,
  problemSchema,
  timelineSchema,
} from '../../src/domain/json/api.ts';
import { statusSchema } from '../../src/domain/json/status.ts';
import { openApiDocument } from '../../src/web/openapi.ts';
import { code, readPage, table } from '../docs/pages.ts';
import { imgpipe } from '../support/imgpipe.ts';
import { expectShape } from '../support/json-shapes.ts';
import { png } from '../support/pictures.ts';
import { lastingFolder } from '../support/temporary-folder.ts';
import { lastingViewer } from '../support/viewer.ts';
import { type Components, misfits, type Schema } from './json-schema.ts';

/**
 * Three streams, two techniques, a mask and another size: every kind of alert. Alerts 1 to 3 are of `l2` on the first
 * stream, 4 to 6 of `changed` on the same, 7 and 8 of both techniques on the second, and 9 is of another size.
 */
const data = lastingFolder();
beforeAll(async () => {
  const run = (...args: string[]) => imgpipe(['run', '--data', data, ...args]);
  await run('--count', '12');
  const mask = path.join(data, '../mask.png');
  writeFileSync(mask, png([255, 255, 255], { width: 350, height: 350 }));
  await run('--count', '4', '--stream', 'masked', '--technique', 'changed', '--mask', mask);
  const pictures = path.join(data, 'given');
  cpSync(path.join(data, 'image_database/00001.jpg'), path.join(pictures, '1.jpg'));
  writeFileSync(path.join(pictures, '2.png'), png([1, 2, 3], { width: 20, height: 10 }));
  writeFileSync(path.join(pictures, '3.jpg'), Buffer.from('ffd8ffe0', 'hex'));
  await run('--stream', 'garden', pictures);
});
const lasting = lastingViewer(data);

interface List {
  readonly alerts: readonly { readonly alert: number }[];
  readonly older: string | null;
  readonly newer: string | null;
}

const numbers = ({ alerts }: List) => alerts.map(({ alert }) => alert);
/** The OpenAPI document. */
const openApi = JSON.parse(JSON.stringify(openApiDocument())) as {
  paths: Record<string, { get: { responses: { 200: { content: Record<string, { schema: Schema }> } } } }>;
  components: { schemas: Components };
};

const SHAPES: Readonly<Record<string, z.ZodType>> = {
  '/api/alerts': alertListSchema,
  '/api/alerts/{alert}': apiAlertSchema,
  '/api/streams/{stream}': timelineSchema,
  '/api/status': statusSchema,
};

describe('the API', () => {
  test.each(Object.entries(SHAPES))('returns what OpenAPI and the schema describe: %s', async (route, shape) => {
    const { viewer } = lasting;
    const described = openApi.paths[route]?.get.responses[200].content['application/json']?.schema ?? {};
    const values = { '{alert}': ['1', '7', '9'], '{stream}': ['default', 'garden', 'masked'] };
    const [parameter = ''] = /\{\w+\}/.exec(route) ?? [];
    for (const value of values[parameter as keyof typeof values] ?? ['']) {
      const answer = await viewer.json(route.replace(parameter, value));
      expect(misfits(answer, described, openApi.components.schemas), value).toEqual([]);
      expectShape(answer, shape, value);
    }
  });

  test('returns its OpenAPI document', async () => {
    const { viewer } = lasting;
    expect(await viewer.json('/api/openapi.json')).toEqual(openApi);
    expect(Object.keys(openApi.paths).filter((route) => route.startsWith('/api/'))).toEqual(Object.keys(SHAPES));
  });

  test('returns the same alert as view --json, with URLs that exist', async () => {
    const { viewer } = lasting;
    const view = JSON.parse((await imgpipe(['view', '1', '--json', '--data', data])).stdout);
    const { url, picture_urls: urls, ...rest } = await viewer.json<ApiAlertJson>('/api/alerts/1');
    expect(rest).toEqual(view);
    for (const each of [url, ...Object.values(urls)]) expect((await viewer.get(each)).status, each).toBe(200);
  });

  test('pages through all alerts by number, back and forth', async () => {
    const { viewer } = lasting;
    const first = await viewer.json<List>('/api/alerts?limit=4');
    expect([numbers(first), first.newer]).toEqual([[9, 8, 7, 6], null]);
    const second = await viewer.json<List>(String(first.older));
    expect(numbers(second)).toEqual([5, 4, 3, 2]);
    const last = await viewer.json<List>(String(second.older));
    expect([numbers(last), last.older]).toEqual([[1], null]);
    const back = await viewer.json<List>(String(last.newer));
    expect(numbers(back)).toEqual([5, 4, 3, 2]);
    expect(numbers(await viewer.json<List>(String(back.newer)))).toEqual([9, 8, 7, 6]);
  });

  test('filters alerts by stream, technique, time and measurement', async () => {
    const { viewer } = lasting;
    const found = async (query: string) => numbers(await viewer.json<List>(`/api/alerts?${query}`));
    expect(await found('stream=masked')).toEqual([8, 7]);
    expect(await found('technique=changed@2')).toEqual([7, 6, 5, 4]);
    expect(await found('technique=l2@2&stream=default')).toEqual([3, 2, 1]);
    expect(await found('min_measurement=100000')).toEqual([7, 6, 5, 4]);
    expect(await found('from=2000-01-01&to=2001-01-01')).toEqual([]);
    const { alerted_at: at } = await viewer.json<{ alerted_at: string }>('/api/alerts/4');
    expect(await found(`from=${at}`)).toEqual([9, 8, 7, 6, 5, 4]);
    expect(await found(`to=${at}`)).toEqual([3, 2, 1]);
  });

  test.each([
    ['/api/alerts/10', 404, 'not_found', 'alert 10 does not exist: the alerts are 1 to 9'],
    ['/api/alerts/one', 400, 'usage', 'alert: "one" is not valid: use a positive whole number, such as 1'],
    ['/api/alerts?limit=1000', 400, 'usage', 'limit: "1000" is not valid: use a number from 1 to 100'],
    ['/api/alerts?before=1&after=2', 400, 'usage', 'before and after cannot be combined: use one of them'],
    ['/api/streams/..', 404, 'not_found', undefined],
    ['/api/nothing', 404, 'not_found', 'page /api/nothing does not exist'],
  ])('returns a clear error for %s', async (page, status, errorCode, message) => {
    const { viewer } = lasting;
    const response = await viewer.get(page);
    expect(response.status).toBe(status);
    if (message === undefined) return;
    const problem = await response.json();
    expectShape(problem, problemSchema);
    expect(problem).toEqual({ error: { code: errorCode, message } });
  });
});

describe('the metrics for Prometheus', () => {
  test('are those of the reference page, with the counts of the catalog', async () => {
    const { viewer } = lasting;
    await viewer.get('/metrics');
    // A second scrape must not add to the first.
    const text = await (await viewer.get('/metrics')).text();
    const names = [...text.matchAll(/^# TYPE (imgpipe_\w+) /gm)].map(([, name = '']) => name);
    const documented = table(readPage('docs/reference/metrics.md').text, 'metric').map(([name]) => code(name));
    expect(names.sort()).toEqual(documented.sort());
    const lines = text.split('\n');
    for (const line of [
      'imgpipe_images_total{stream="default"} 12',
      'imgpipe_images_total{stream="garden"} 3',
      'imgpipe_events_total{stream="default"} 6',
      'imgpipe_outcomes_total{technique="l2@2",outcome="dead"} 1',
      'imgpipe_outcomes_total{technique="l2@2",outcome="size_changed"} 1',
      'imgpipe_outcomes_total{technique="changed@2",outcome="changed"} 4',
      'imgpipe_waiting_images{technique="changed@2"} 3',
      'imgpipe_alerts_total 9',
      'imgpipe_dead_letters 1',
      'imgpipe_waiting_events 0',
      'imgpipe_alert_delay_seconds_bucket{le="+Inf"} 9',
      'imgpipe_alert_delay_seconds_count 9',
    ])
      expect(lines).toContain(line);
    expect(lines.some((line) => line.startsWith('process_cpu_seconds_total'))).toBe(true);
  });
});
