import { describe, expect, it } from 'vitest';
import type { AlertEntry, AlertFilter, AlertPage } from '../../../src/ports/catalog/browsing.ts';
import { auditOf } from '../../support/audit.ts';
import { fillAlerts } from '../../support/many-alerts.ts';
import { openSqlite } from '../../support/open-sqlite.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MANY = 4000;

function second(number: number): string {
  return new Date(Date.parse('2026-01-01T00:00:00.000Z') + number * 1000).toISOString();
}

function matches({ alert, event }: AlertEntry, filter: AlertFilter): boolean {
  const { stream, technique, from = '', to = '9', minMeasurement } = filter;
  if (stream !== undefined && event.image.stream !== stream) return false;
  if (technique !== undefined && event.technique !== technique) return false;
  if (minMeasurement !== undefined && (event.measurement === null || event.measurement < minMeasurement)) return false;
  return from <= alert.alertedAt && alert.alertedAt < to;
}

function onPage(numbers: readonly number[], { before, after, limit }: AlertPage): number[] {
  if (after !== undefined) return numbers.filter((number) => number > after).slice(-limit);
  return numbers.filter((number) => number < (before ?? Number.POSITIVE_INFINITY)).slice(0, limit);
}

/** All combinations of one value from each list. */
function combined<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((left) => list.map((right) => [...left, right])), [[]]);
}

describe('pages of thousands of alerts', () => {
  it('have the same alerts as a full scan, however many match', async () => {
    const folder = temporaryFolder();
    await fillAlerts(folder, MANY);
    const { catalog } = await openSqlite(folder);
    const all = await catalog.alertPage({}, { limit: MANY });
    expect(all.map(({ alert }) => alert.number)).toEqual(Array.from({ length: MANY }, (_, index) => MANY - index));
    const filters = combined<AlertFilter>([
      [{}, { stream: 'north' }, { stream: 'sea' }],
      [{}, { technique: 'l2@2' }, { technique: 'mse@1' }],
      [{}, { from: second(1990) }, { from: second(100) }],
      [{}, { to: second(120) }, { to: second(1990) }],
      [{}, { minMeasurement: 0 }, { minMeasurement: 2500 }, { minMeasurement: 9900 }, { minMeasurement: 10_000 }],
    ]).map((parts): AlertFilter => Object.assign({}, ...parts));
    const pages: AlertPage[] = [{ limit: 25 }, { before: 2001, limit: 25 }, { after: 200, limit: 25 }];
    let shown = 0;
    for (const filter of filters) {
      const matching = all.filter((entry) => matches(entry, filter)).map(({ alert }) => alert.number);
      for (const page of pages) {
        const answer = (await catalog.alertPage(filter, page)).map(({ alert }) => alert.number);
        expect([filter, page, answer]).toEqual([filter, page, onPage(matching, page)]);
        shown += answer.length;
      }
    }
    expect(shown).toBeGreaterThan(1000);
  });

  it('come from a catalog without faults', async () => {
    const folder = temporaryFolder();
    await fillAlerts(folder, MANY);
    const { catalog } = await openSqlite(folder);
    expect(await auditOf(catalog, 'l2@2')).toMatchObject({
      images: 4000,
      analyzed: 4000,
      events: MANY,
      alerts: MANY,
      openImages: [],
      openEvents: [],
      faults: [],
    });
    expect(await catalog.counts()).toMatchObject({ alerts: MANY, openEvents: 0, delays: { sum: 160 } });
    expect((await catalog.alertRange())?.lastOrder).toBe(MANY);
  });
});
