import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { createHostCheck, hostIn } from './hosts.ts';
import { createTokenCheck } from './token.ts';

/** Who may use the server, and under which names. */
export interface GuardOptions {
  readonly host: string;
  readonly port: number;
  readonly token: string | undefined;
  /** Host names to accept besides those of this machine. */
  readonly names: readonly string[];
}

/** Loads nothing from other origins, runs only our own modules, and forbids framing. */
const CONTENT_SECURITY_POLICY = [
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
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=()',
};

/** In characters; no URL of the viewer is longer. */
const MAX_URL = 2048;
/** Health checks need no token. */
const PUBLIC_PATH = '/healthz';

type Refusal = { readonly status: 401 | 405 | 414 | 421; readonly text: string };

function unknownHost(header: string | undefined): string {
  const name = hostIn(header) ?? '<name>';
  return `Unknown host ${JSON.stringify(header ?? '')}: use the address that the server printed, or start it with --allow-hosts ${name} if that is the name or address of its machine. In a container, it cannot know those of the container's host.`;
}

/** Refuses requests with an unknown host, a method other than GET and HEAD, or a missing token, and adds the security headers. */
export function createGuard({ host, port, token, names }: GuardOptions): MiddlewareHandler {
  const isAllowedHost = createHostCheck(host, names);
  const check = token === undefined ? undefined : createTokenCheck(token, port);

  function refusal(context: Context): Refusal | undefined {
    const { req } = context;
    const header = req.header('host');
    if (!isAllowedHost(header)) {
      return { status: 421, text: unknownHost(header) };
    }
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return { status: 405, text: 'The viewer is read-only: use GET or HEAD.' };
    }
    if (req.url.length > MAX_URL) {
      return { status: 414, text: `The URL is longer than ${MAX_URL} characters.` };
    }
    const cookie = check === undefined ? undefined : getCookie(context, check.cookieName);
    if (check === undefined || req.path === PUBLIC_PATH) return undefined;
    if (check.accepts({ authorization: req.header('authorization'), cookie })) return undefined;
    return {
      status: 401,
      text: 'The viewer requires its token: open /?token=… once in this browser, or send it as a bearer token.',
    };
  }

  /** Exchanges a correct token in the URL for a cookie, and redirects to the URL without it. */
  function exchangeToken(context: Context): Response | undefined {
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
    else context.res = (refused.status === 401 && exchangeToken(context)) || refuse(context, refused);
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
  };
}
