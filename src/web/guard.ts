import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHostCheck } from './hosts.ts';
import { createTokenCheck } from './token.ts';

export interface GuardOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  readonly names: readonly string[];
}

/** Nothing comes from elsewhere, nothing is run but our own modules, and nobody frames the page. */
const POLICY = [
  "default-src 'none'",
  "img-src 'self' blob:",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

/** A longer one asks for nothing that there is. */
const MAX_URL = 2048;
/** Whoever watches over the process needs no token. */
const OPEN_TO_ALL = '/healthz';

type Refusal = { readonly status: 401 | 405 | 414 | 421; readonly text: string };

/** Lets through who may ask, and sets what protects the answer. */
export function createGuard({ host, port, token, names }: GuardOptions): MiddlewareHandler {
  const isOurs = createHostCheck(host, names);
  const check = token === undefined ? undefined : createTokenCheck(token, port);

  function refusal(context: Context): Refusal | undefined {
    const { req } = context;
    const header = req.header('host');
    if (!isOurs(header)) {
      return {
        status: 421,
        text: `This server does not go by the name ${JSON.stringify(header ?? '')}: call it by its address, or start it with --allow-hosts.`,
      };
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return { status: 405, text: 'This viewer only shows: ask with GET or HEAD.' };
    }
    if (req.url.length > MAX_URL) {
      return { status: 414, text: `The address is longer than ${MAX_URL} characters.` };
    }
    const cookie = check === undefined ? undefined : getCookie(context, check.cookieName);
    if (check === undefined || req.path === OPEN_TO_ALL) return undefined;
    if (check.isKnownBy({ authorization: req.header('authorization'), cookie })) return undefined;
    return {
      status: 401,
      text: 'This viewer needs its token: open /?token=… once in this browser, or send it as a bearer token.',
    };
  }

  /** Whoever gives the token in the address gets a cookie for it, and an address without it. */
  function welcome(context: Context): Response | undefined {
    const given = context.req.path === '/' ? context.req.query('token') : undefined;
    const value = given === undefined ? undefined : check?.cookieFor(given);
    if (check === undefined || value === undefined || context.req.method !== 'GET') return undefined;
    const url = new URL(context.req.url);
    url.searchParams.delete('token');
    setCookie(context, check.cookieName, value, { httpOnly: true, sameSite: 'Lax', path: '/' });
    return context.redirect(`/${url.search}`, 303);
  }

  function refuse(context: Context, { status, text }: Refusal): Response {
    context.header('Cache-Control', 'no-store');
    if (status === 405) context.header('Allow', 'GET, HEAD');
    if (status === 401) context.header('WWW-Authenticate', 'Bearer');
    return context.text(`${text}\n`, status);
  }

  return async (context, next) => {
    const refused = refusal(context);
    if (refused === undefined) await next();
    else context.res = (refused.status === 401 && welcome(context)) || refuse(context, refused);
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  };
}
