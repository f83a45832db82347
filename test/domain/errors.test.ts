import { describe, expect, it } from 'vitest';
import { asImgpipeError, ERROR_CODES, ImgpipeError, stackOf } from '../../src/domain/errors.ts';

describe('the error codes', () => {
  it('have exit codes that match their blame', () => {
    const of = (wanted: string) =>
      new Set(Object.values(ERROR_CODES).flatMap(({ blame, exit }) => (blame === wanted ? [exit] : [])));
    expect(of('message')).toEqual(new Set([1]));
    expect(of('transient')).toEqual(new Set([4]));
    expect(of('fatal')).toEqual(new Set([1]));
    expect(of('bug')).toEqual(new Set([1]));
    expect(of('user')).toEqual(new Set([1, 2, 3]));
  });

  it.each([
    ['disk_full', 'transient', 4],
    ['object_missing', 'message', 1],
    ['catalog_damaged', 'fatal', 1],
    ['config_invalid', 'user', 2],
    ['not_found', 'user', 3],
    ['in_use', 'user', 1],
    ['internal', 'bug', 1],
  ] as const)('include %s, with blame %s and exit code %i', (code, blame, exit) => {
    const error = new ImgpipeError(code, 'why');
    expect([error.code, error.blame, error.exit, error.message]).toEqual([code, blame, exit, 'why']);
  });
});

describe('a thrown value', () => {
  it('stays the same if it is an ImgpipeError', () => {
    const error = new ImgpipeError('disk_full', 'full');
    expect(asImgpipeError(error)).toBe(error);
  });

  it.each([
    [new TypeError('x is undefined'), 'x is undefined'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
  ])('otherwise becomes the cause of an internal error: %s', (thrown, message) => {
    expect(asImgpipeError(thrown)).toMatchObject({ code: 'internal', message, cause: thrown });
  });

  it('has the stack of its innermost cause', () => {
    const cause = new TypeError('deep');
    const error = new ImgpipeError('internal', 'outer', { cause: new Error('between', { cause }) });
    expect(stackOf(error)).toBe(cause.stack);
    expect(stackOf(new ImgpipeError('internal', 'alone', { cause: 'a text' }))).toContain('alone');
    expect(stackOf('a text')).toBe('a text');
  });
});
