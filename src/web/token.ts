import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Authenticates requests by a cookie or a bearer token. */
export interface TokenCheck {
  readonly cookieName: string;
  /** Whether the Authorization header or, without a bearer token in it, the cookie is right. */
  accepts(request: { readonly authorization: string | undefined; readonly cookie: string | undefined }): boolean;
  /** The cookie's value for this token; undefined if the token is wrong. */
  cookieFor(given: string): string | undefined;
}

/** The cookie holds a MAC of the token. Its name contains the port, because browsers share cookies between the ports of a host. */
export function createTokenCheck(token: string, port: number): TokenCheck {
  const cookieName = `imgpipe_${port}`;
  const value = createHmac('sha256', token).update('imgpipe viewer').digest('hex');
  return {
    cookieName,
    accepts({ authorization, cookie }) {
      const [, bearer] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (bearer !== undefined) return equal(bearer, token);
      return cookie !== undefined && equal(cookie, value);
    },
    cookieFor: (given) => (equal(given, token) ? value : undefined),
  };
}

/** Compares in constant time. */
function equal(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
