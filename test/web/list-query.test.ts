import { afterEach, describe, expect, it } from 'vitest';
import { readListQuery } from '../../src/web/list-query.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('the query of a list', () => {
  it('reads times as UTC in any time zone', () => {
    process.env['TZ'] = 'America/New_York';
    expect(new Date('2026-11-25T20:00').toISOString()).toBe('2026-11-26T01:00:00.000Z');
    const { filter } = readListQuery({ from: '2026-11-25T20:00', to: '2026-11-26' });
    expect(filter).toEqual({ from: '2026-11-25T20:00:00.000Z', to: '2026-11-26T00:00:00.000Z' });
    expect(readListQuery({ from: '2026-11-25T20:00+02:00' }).filter).toEqual({ from: '2026-11-25T18:00:00.000Z' });
  });

  it('defaults to the first 24 alerts without a filter', () => {
    const fields = { stream: '', technique: '', from: '', to: '', min_measurement: '' };
    expect(readListQuery({ stream: ' ', other: 'x' })).toEqual({ fields, filter: {}, page: { limit: 24 } });
  });

  it.each([
    ['stream', '../x'],
    ['technique', 'l2'],
    ['technique', 'l2@2;'],
    ['from', '2026-13-01'],
    ['to', '25.11.2026'],
    ['min_measurement', '-1'],
    ['min_measurement', 'Infinity'],
    ['before', '0'],
    ['after', '1e3'],
    ['limit', '101'],
  ])('is refused with %s %j, and the error names the parameter', (name, value) => {
    expect(() => readListQuery({ [name]: value })).toThrow(new RegExp(`^${name}: "?${value.replaceAll('.', '\\.')}`));
  });
});
