import { describe, expect, it } from 'vitest';
import { ticksTo, timeTicks } from '../../../src/web/pages/scale.ts';

describe('the ticks of a timeline', () => {
  it('are round numbers up to the maximum', () => {
    expect(ticksTo(46236.6, 4)).toEqual([0, 20000, 40000, 60000]);
    expect(ticksTo(200, 4)).toEqual([0, 50, 100, 150, 200]);
    expect(ticksTo(0.3, 4)).toEqual([0, 0.1, 0.2, 0.3]);
    expect(ticksTo(0, 4)).toEqual([0]);
  });

  it('are round times with short labels', () => {
    const at = (text: string) => Date.parse(`${text}Z`);
    const labels = (from: string, to: string) => timeTicks(at(from), at(to), 6).map(({ label }) => label);
    expect(labels('2026-11-25T20:01:00', '2026-11-25T20:29:00')).toEqual(['20:05', '20:10', '20:15', '20:20', '20:25']);
    expect(labels('2026-11-25T20:00:00', '2026-11-26T05:00:00')).toEqual(['20:00', '22:00', '11-26', '02:00', '04:00']);
    expect(labels('2026-11-25T20:00:00.100', '2026-11-25T20:00:00.350')).toEqual([
      '00.100',
      '00.150',
      '00.200',
      '00.250',
      '00.300',
      '00.350',
    ]);
    expect(labels('2026-11-20T12:00:00', '2026-11-24T12:00:00')).toEqual([
      '2026-11-21',
      '2026-11-22',
      '2026-11-23',
      '2026-11-24',
    ]);
  });
});
