import type { ImageId } from '../../domain/records.ts';
import type { FormerAudit } from '../../ports/catalog/former-audit.ts';
import { audit } from './audit.ts';
import type { Database } from './database.ts';
import { figures } from './figures.ts';
import { alertOf, EVENT_QUERY, eventOf, imageOf } from './rows.ts';

export function createFormerAudit(db: Database): FormerAudit {
  const page = (condition: string, after: ImageId | undefined, limit: number) =>
    db
      .all(
        `SELECT * FROM image WHERE (stream, number) > (?, ?) ${condition} ORDER BY stream, number LIMIT ?`,
        after?.stream ?? '',
        after?.number ?? 0,
        limit,
      )
      .map(imageOf);

  return {
    figures: async () => figures(db),
    audit: async (defaultTechnique) => audit(db, defaultTechnique),
    readyImages: async (after, limit) => page("AND state = 'ready'", after, limit),
    allImages: async (after, limit) => page('', after, limit),

    readyEvents: async (after, limit) =>
      db
        .all(`${EVENT_QUERY} WHERE e.number > ? AND e.state = 'ready' ORDER BY e.number LIMIT ?`, after, limit)
        .map(eventOf),

    readyAlerts: async (after, limit) =>
      db
        .all("SELECT * FROM alert WHERE number > ? AND state = 'ready' ORDER BY number LIMIT ?", after, limit)
        .map(alertOf),

    lastEvent: async () => Number(db.get('SELECT last_event FROM pipeline')?.['last_event']),

    masks: async () =>
      db.all('SELECT DISTINCT mask FROM image WHERE mask IS NOT NULL ORDER BY mask').map((row) => String(row['mask'])),
  };
}
