import type { Context, Hono } from 'hono';
import type { ErrorCode } from '../domain/errors.ts';
import type { ProblemJson } from '../domain/json/api.ts';
import { listAlerts, timeline } from '../operations/browse.ts';
import { view } from '../operations/view.ts';
import { API } from './api-routes.ts';
import type { Asset } from './assets.ts';
import { optionalPositive, otherPage, positive, readListQuery, techniqueOf } from './list-query.ts';
import { cursorText, type LiveAlerts, readCursor } from './live.ts';
import { alertPage } from './pages/alert.ts';
import { listPage } from './pages/list.ts';
import { problemPage } from './pages/problem.ts';
import { streamPage } from './pages/stream.ts';
import type { ViewerParts } from './parts.ts';
import {
  canBeDrawn,
  convertedResponse,
  drawingOf,
  isRole,
  missingPictures,
  originalResponse,
  type PictureRequest,
  pictureOf,
  pictureResponse,
  thumbnailResponse,
} from './pictures.ts';
import type { ProblemStatus } from './problem.ts';
import { LIVE_URL, listUrl, streamUrl } from './urls.ts';

/** What the pages need. */
export interface PageParts extends ViewerParts {
  readonly live: LiveAlerts;
  readonly assets: ReadonlyMap<string, Asset>;
}

/** Images per page of a stream's timeline. */
const TIMELINE_LIMIT = 300;

type Html = ReturnType<typeof listPage>;

const TITLES: Readonly<Record<ProblemStatus, string>> = {
  400: 'Invalid request',
  404: 'Not found',
  422: 'Picture cannot be shown',
  500: 'Internal error',
  503: 'Unavailable',
};

/** The pages, their pictures, assets and live updates. */
export function addPageRoutes(app: Hono, parts: PageParts): void {
  const { catalog, store, thumbnails, live, assets } = parts;

  async function showAlert(context: Context, typed: string): Promise<Response> {
    const number = positive('alert number', typed.trim());
    const shown = await view(catalog, store, number);
    const neighbours = await catalog.neighbours(number);
    const pictures = { missing: await missingPictures(shown, store), ...(await drawingOf(shown, store)) };
    return show(context, alertPage({ view: shown, neighbours, ...pictures }));
  }

  async function showList(context: Context): Promise<Response> {
    const { fields, filter, page } = readListQuery(context.req.query());
    const cursor = await live.now();
    const { entries, older, newer } = await listAlerts(catalog, filter, page);
    const isFirst = page.before === undefined && page.after === undefined;
    const model = {
      ...(await catalog.choices()),
      fields,
      entries,
      range: await catalog.alertRange(),
      older: older && listUrl(otherPage(fields, older)),
      newer: newer && listUrl(otherPage(fields, newer)),
      live: isFirst ? `${LIVE_URL}?after=${cursorText(cursor)}` : undefined,
    };
    return show(context, listPage(model));
  }

  app.get('/', async (context) => {
    await parts.check();
    const typed = context.req.query('alert_num');
    return typed === undefined ? showList(context) : showAlert(context, typed);
  });

  app.get('/alerts/:alert', async (context) => {
    await parts.check();
    return showAlert(context, context.req.param('alert'));
  });

  app.get('/alerts/:alert/:role/:size?', async (context) => {
    await parts.check();
    const { alert, role, size } = context.req.param();
    if (!isRole(role) || ![undefined, 'thumbnail', 'shown', 'original'].includes(size)) return context.notFound();
    const found = await view(catalog, store, positive('alert number', alert));
    const picture = pictureOf(found, role);
    const request = pictureRequestOf(context);
    if (size === 'shown') {
      if (!canBeDrawn(picture)) return context.notFound();
      return convertedResponse({ picture, beside: pictureOf(found, 'reference') }, store, thumbnails, request);
    }
    if (size === 'original') return originalResponse(picture, store, request);
    if (size === undefined) return pictureResponse(picture, store, thumbnails, request);
    return thumbnailResponse(picture, store, thumbnails, request);
  });

  app.get('/streams/:stream', async (context) => {
    await parts.check();
    const query = context.req.query();
    const { older, ...found } = await timeline(catalog, {
      stream: context.req.param('stream'),
      technique: query['technique'] ? techniqueOf(query['technique']) : undefined,
      before: optionalPositive('before', query['before'] ?? ''),
      limit: TIMELINE_LIMIT,
    });
    const { stream, technique } = found;
    const model = {
      ...found,
      older: older && streamUrl(stream, { technique, before: String(older.before) }),
      newer: query['before'] === undefined ? undefined : streamUrl(stream, { technique }),
    };
    return show(context, streamPage(model));
  });

  app.get(LIVE_URL, async (context) => {
    await parts.check();
    const given = context.req.header('last-event-id') ?? context.req.query('after') ?? '';
    const headers = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' };
    if (context.req.method === 'HEAD') return context.body(null, 200, headers);
    return context.body(await live.stream(readCursor(given)), 200, headers);
  });

  app.get('/assets/:file', (context) => {
    const asset = assets.get(context.req.param('file'));
    if (asset === undefined) return context.notFound();
    const headers = { 'Content-Type': asset.type, 'Cache-Control': 'no-cache', ETag: asset.etag };
    if (context.req.header('if-none-match') === asset.etag) return context.body(null, 304, headers);
    return context.body(asset.bytes, 200, headers);
  });
}

/** Responds with an error: as JSON under `/api`, else as a page that names the alerts that exist. */
export async function showProblem(
  context: Context,
  { catalog }: Pick<ViewerParts, 'catalog'>,
  { status, code, sentence }: { readonly status: ProblemStatus; readonly code: ErrorCode; readonly sentence: string },
): Promise<Response> {
  const problem = `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
  if (context.req.path.startsWith(`${API}/`)) {
    const json: ProblemJson = { error: { code, message: sentence } };
    return context.json(json, status, { 'Cache-Control': 'no-store' });
  }
  const typed = context.req.query('alert_num');
  // The catalog itself may be the problem.
  const range = await catalog.alertRange().catch(() => undefined);
  const title = TITLES[status];
  return show(context, problemPage({ title, problem, range, ...(typed !== undefined && { typed }) }), status);
}

async function show(context: Context, page: Html, status: 200 | ProblemStatus = 200): Promise<Response> {
  return context.html(await page, status, { 'Cache-Control': status === 200 ? 'no-cache' : 'no-store' });
}

function pictureRequestOf({ req }: Context): PictureRequest {
  return { head: req.method === 'HEAD', ifNoneMatch: req.header('if-none-match'), version: req.query('v') };
}
