import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromSystemError, isSystemError, type SystemError } from '../../src/domain/system-errors.ts';

function systemError(code: string): SystemError {
  return Object.assign(new Error(`${code}: something, open '/data/x'`), { code, syscall: 'open' });
}

describe('an error of the operating system', () => {
  it.each([
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['EACCES', 'no_permission'],
    ['EPERM', 'no_permission'],
    ['EROFS', 'no_permission'],
    ['ENOTDIR', 'config_invalid'],
    ['EEXIST', 'config_invalid'],
    ['ENAMETOOLONG', 'config_invalid'],
    ['ELOOP', 'config_invalid'],
    ['ENOENT', 'store_unavailable'],
    ['EIO', 'store_unavailable'],
    ['EMFILE', 'store_unavailable'],
  ])('is described with its file, its meaning and its cause: %s', (code, ours) => {
    const cause = systemError(code);
    const error = fromSystemError(cause, '/data/x');
    expect([error.code, error.cause]).toEqual([ours, cause]);
    expect(error.message).toMatch(/^[^\n]*\/data\/x[^\n]*$/);
  });

  it('is recognized, and nothing else is', () => {
    const real = (() => {
      try {
        return readFileSync('/nowhere/at/all');
      } catch (error) {
        return error;
      }
    })();
    expect(isSystemError(real)).toBe(true);
    const others = [
      new Error('ENOENT'),
      Object.assign(new Error('x'), { code: 'ERR_X' }),
      { code: 'ENOENT', syscall: 'x' },
    ];
    expect(others.filter(isSystemError)).toEqual([]);
  });
});
