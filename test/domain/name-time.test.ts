import { describe, expect, it } from 'vitest';
import { nameTimeReader } from '../../src/domain/name-time.ts';

function local(...parts: [number, number, number, number, number, number, number?]): string {
  return new Date(...parts).toISOString();
}

describe('a pattern for the time in a name', () => {
  it.each([
    ['cam_%Y%m%d_%H%M%S', '/a/cam_20261127_104742.jpg', local(2026, 10, 27, 10, 47, 42)],
    ['%Y-%m-%d', '/a/sky 2026-11-27 (3).png', local(2026, 10, 27, 0, 0, 0)],
    ['%Y%m%dT%H%M%S.%f%z', '/a/20261127T104742.250Z.jpg', '2026-11-27T10:47:42.250Z'],
    ['%Y%m%d%H%M%S%z', '/a/20261127104742+0530.jpg', '2026-11-27T05:17:42.000Z'],
    ['%s', '/a/1795776462.jpg', '2026-11-27T10:47:42.000Z'],
    ['%Y/%m/%d/%H.%M.%S', '/cam/2026/11/27/10.47.42.jpg', local(2026, 10, 27, 10, 47, 42)],
    ['%Y/%m/%d/%H.%M.%S', 'C:\\cam\\2026\\11\\27\\10.47.42.jpg', local(2026, 10, 27, 10, 47, 42)],
    ['100%%_%Y%m%d', '/a/100%_20261127.jpg', local(2026, 10, 27, 0, 0, 0)],
    ['(a)*[%Y]%m%d', '/a/(a)*[2026]1127.jpg', local(2026, 10, 27, 0, 0, 0)],
  ])('%s reads %s', (pattern, name, time) => {
    expect(nameTimeReader(pattern)(name)?.toISOString()).toBe(time);
  });

  it.each([
    ['cam_%Y%m%d', '/a/cam_20261327.jpg'],
    ['cam_%Y%m%d', '/a/cam_20260230.jpg'],
    ['cam_%Y%m%d', '/cam_20261127/a.jpg'],
    ['cam.%Y%m%d', '/a/cam_20261127.jpg'],
    ['%Y%m%d_%H%M%S', '/a/20261127_246000.jpg'],
  ])('%s reads nothing in %s', (pattern, name) => {
    expect(nameTimeReader(pattern)(name)).toBeUndefined();
  });

  it.each([
    ['cam', 'a pattern with %Y, %m and %d, or with %s'],
    ['%Y%m', 'a pattern with %Y, %m and %d, or with %s'],
    ['%Y%Y%m%d', 'a pattern without %Y twice or unknown'],
    ['%Y%m%d%Q', 'a pattern without %Q twice or unknown'],
    ['%Y%m%d%', 'a pattern without % twice or unknown'],
    [`%s${'a'.repeat(200)}`, 'a pattern of at most 200 characters'],
  ])('%s is refused', (pattern, message) => {
    expect(() => nameTimeReader(pattern)).toThrow(message);
  });
});
