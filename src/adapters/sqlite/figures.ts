import type { OutcomeKind } from '../../domain/records.ts';
import type { Figures } from '../../ports/catalog/former-audit.ts';
import { alertDelays } from './alert-delays.ts';
import type { Database } from './database.ts';

/** See `Figures`. They are asked for often: each is counted along one index. */
export function figures(db: Database): Figures {
  return db.snapshot(() => {
    const images = countsBy(db, 'SELECT stream AS name, count(*) AS n FROM image GROUP BY stream');
    const events = countsBy(db, 'SELECT stream AS name, count(*) AS n FROM event GROUP BY stream');
    const inUse = db.all('SELECT technique FROM technique').map((row) => String(row['technique']));
    const techniques = [...new Set([...inUse, ...techniquesWithOutcomes(db)])].sort();
    return {
      streams: [...images].map(([stream, count]) => ({ stream, images: count, events: events.get(stream) ?? 0 })),
      techniques: techniques.map((technique) => {
        const outcomes = outcomesOf(db, technique);
        const closed = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
        return { technique, outcomes, waiting: total(images) - closed };
      }),
      events: total(events),
      alerts: count(db, 'SELECT count(*) AS n FROM alert WHERE ready_order IS NOT NULL'),
      deadLetters: count(db, 'SELECT count(*) AS n FROM dead_letter'),
      waitingForAlert: total(events) - closedEvents(db),
      delays: alertDelays(db),
    };
  });
}

/** Those with a ready alert, and those without one but with a dead letter. */
function closedEvents(db: Database): number {
  return count(
    db,
    `SELECT (SELECT count(*) FROM alert WHERE stream IS NOT NULL) + (
       SELECT count(DISTINCT d.event) FROM dead_letter d JOIN event e ON e.number = d.event
       WHERE d.event IS NOT NULL AND d.replayed_at IS NULL
         AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.number = d.event AND a.state = 'ready')) AS n`,
  );
}

/** In the order of their names, found without going through all outcomes. */
export function techniquesWithOutcomes(db: Database): string[] {
  return db
    .all(
      `WITH RECURSIVE used (technique) AS (
         SELECT min(technique) FROM outcome
         UNION ALL
         SELECT (SELECT min(technique) FROM outcome o WHERE o.technique > used.technique)
         FROM used WHERE used.technique IS NOT NULL)
       SELECT technique FROM used WHERE technique IS NOT NULL`,
    )
    .map((row) => String(row['technique']));
}

function outcomesOf(db: Database, technique: string): Record<OutcomeKind, number> {
  const counts = countsBy(
    db,
    'SELECT kind AS name, count(*) AS n FROM outcome WHERE technique = ? GROUP BY kind',
    technique,
  );
  const of = (kind: OutcomeKind) => counts.get(kind) ?? 0;
  return {
    first: of('first'),
    unchanged: of('unchanged'),
    changed: of('changed'),
    size_changed: of('size_changed'),
    dead: of('dead'),
  };
}

function countsBy(db: Database, sql: string, ...values: string[]): Map<string, number> {
  return new Map(db.all(sql, ...values).map((row) => [String(row['name']), Number(row['n'])]));
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

function count(db: Database, sql: string): number {
  return Number(db.get(sql)?.['n']);
}
