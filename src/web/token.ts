import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Whether whoever asks knows the token: by a cookie, or as a program by a bearer token. */
export interface TokenCheck {
  readonly cookieName: string;
  /** By a request's Authorization header, and the cookie of this name. */
  isKnownBy(request: { readonly authorization: string | undefined; readonly cookie: string | undefined }): boolean;
  /** The cookie's value for who has given this token; undefined where it is wrong. */
  cookieFor(given: string): string | undefined;
}

/** The cookie holds no token, only what can be made of it. Each port has a cookie of its own: browsers tell hosts apart, not ports. */
export function createTokenCheck(token: string, port: number): TokenCheck {
  const cookieName = `imgpipe_${port}`;
  const value = createHmac('sha256', token).update('imgpipe viewer').digest('hex');
  return {
    cookieName,
    isKnownBy({ authorization, cookie }) {
      const [, bearer] = /^bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (bearer !== undefined) return equal(bearer, token);
      return cookie !== undefined && equal(cookie, value);
    },
    cookieFor: (given) => (equal(given, token) ? value : undefined),
  };
}

/** In a time that does not tell how much of it is right. */
function equal(given: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
