import { expect, it } from 'vitest';
import { newerVersion, techniqueAmong, techniqueName } from '../../src/domain/technique-id.ts';

it('a technique goes by its own id, or else by the newest of its name', () => {
  const ids = ['changed@2', 'l2@1', 'l2@10', 'l2@9'];
  expect(techniqueAmong(ids, 'l2@1')).toBe('l2@1');
  expect(techniqueAmong(ids, 'l2@2')).toBe('l2@10');
  expect(techniqueAmong(ids, 'l@2')).toBeUndefined();
  expect(techniqueAmong(ids, 'l2')).toBeUndefined();
  expect(techniqueAmong([], 'l2@2')).toBeUndefined();
});

it('a version is a number', () => {
  expect(newerVersion('l2@9', 'l2@10')).toBe('l2@10');
  expect(newerVersion('l2@10', 'l2@9')).toBe('l2@10');
  expect(techniqueName('changed@2')).toBe('changed');
});
