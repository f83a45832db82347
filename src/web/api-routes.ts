import type { Context, Hono } from 'hono';
import type { AlertListJson, ApiAlertJson } from '../domain/json/api.ts';
import { listAlerts, timeline } from '../operations/browse.ts';
import { statusJson } from '../operations/json/status.ts';
import { timelineJson } from '../operations/json/timeline.ts';
import { viewJson } from '../operations/json/view.ts';
import { type AlertView, view, withPaths } from '../operations/view.ts';
import { optionalPositive, otherPage, positive, readListQuery, techniqueOf } from './list-query.ts';
import type { ViewerParts } from './parts.ts';
import { alertUrl, pictureUrl } from './urls.ts';

/** The prefix of the API's paths. */
export const API = '/api';

const TIMELINE_LIMIT = 300;

/** The API: JSON with the same shapes as on the command line. */
export function addApiRoutes(app: Hono, parts: ViewerParts): void {
  const { catalog, store } = parts;

  app.get(`${API}/openapi.json`, async (context) => {
    // Loads zod, which nothing else in the viewer needs.
    const { openApiDocument } = await import('./openapi.ts');
    return respond(context, openApiDocument());
  });

  app.get(`${API}/status`, async (context) => {
    await parts.check();
    return respond(context, statusJson(await parts.status()));
  });

  app.get(`${API}/alerts`, async (context) => {
    await parts.check();
    const { fields, filter, page } = readListQuery(context.req.query());
    const { entries, older, newer } = await listAlerts(catalog, filter, page);
    const url = (from: { before: number } | { after: number } | undefined) =>
      from === undefined
        ? null
        : `${API}/alerts?${new URLSearchParams({ ...otherPage(fields, from), limit: String(page.limit) })}`;
    const list: AlertListJson = {
      alerts: entries.map((entry) => withUrls(withPaths(entry, store))),
      older: url(older),
      newer: url(newer),
    };
    return respond(context, list);
  });

  app.get(`${API}/alerts/:alert`, async (context) => {
    await parts.check();
    return respond(context, withUrls(await view(catalog, store, positive('alert', context.req.param('alert')))));
  });

  app.get(`${API}/streams/:stream`, async (context) => {
    await parts.check();
    const { technique, before } = context.req.query();
    const found = await timeline(catalog, {
      stream: context.req.param('stream'),
      technique: technique && techniqueOf(technique),
      before: optionalPositive('before', before ?? ''),
      limit: TIMELINE_LIMIT,
    });
    return respond(context, timelineJson(found));
  });
}

/** The fields of `view --json`, and the URLs of the alert and its pictures. */
function withUrls(shown: AlertView): ApiAlertJson {
  const { alert, event, image, reference } = shown;
  const { number } = alert;
  return {
    ...viewJson(shown),
    url: alertUrl(number),
    picture_urls: {
      reference: pictureUrl(number, 'reference', reference.sha256),
      image: pictureUrl(number, 'image', image.sha256),
      difference: pictureUrl(number, 'difference', event.differenceSha256 ?? ''),
    },
  };
}

function respond(context: Context, value: object): Response {
  return context.body(`${JSON.stringify(value)}\n`, 200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-cache',
  });
}
