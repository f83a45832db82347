import type { CatalogPages, EventRow } from '../ports/catalog/audit.ts';
import type { AuditListener, AuditTotals, OpenEventRow } from './audit-report.ts';
import { reportHole } from './numbering.ts';
import { peekable, type Rows, rowsOf } from './row-stream.ts';

/** Reads events, alerts and the dead letters of events in parallel, by number. */
export async function auditEvents(
  pages: CatalogPages,
  listener: AuditListener,
): Promise<Pick<AuditTotals, 'events' | 'alerts'>> {
  const byNumber = <T extends { readonly number: number }>(page: (after: number, limit: number) => Promise<T[]>) =>
    rowsOf(
      (after: number | undefined, limit) => page(after ?? 0, limit),
      ({ number }: T) => number,
    );
  const alerts = peekable(byNumber((after, limit) => pages.alertRowPage(after, limit)));
  const dead = peekable(
    rowsOf(
      (after: number | undefined, limit) => pages.deadEventPage(after ?? 0, limit),
      (number: number) => number,
    ),
  );
  const lastEvent = await pages.lastEvent();
  const totals = { events: 0, alerts: 0 };
  let last = 0;

  for await (const row of byNumber((after, limit) => pages.eventPage(after, limit))) {
    const { number } = row;
    totals.events += 1;
    reportHole(eventKey, last, number, listener.onFault);
    last = number;
    await passOrphanAlerts(alerts, number, totals, listener);
    const alert = await alerts.takeIf((each) => each.number === number);
    if (alert?.state === 'ready') totals.alerts += 1;
    while ((await dead.takeIf((each) => each < number)) !== undefined);
    const isDead = (await dead.takeIf((each) => each === number)) !== undefined;
    if (row.state === 'ready' && alert?.state !== 'ready' && !isDead) listener.onOpenEvent(openEventOf(row));
    checkEvent(row, lastEvent, listener);
  }
  reportHole(eventKey, last, lastEvent + 1, listener.onFault);
  await passOrphanAlerts(alerts, Number.POSITIVE_INFINITY, totals, listener);
  return totals;
}

function checkEvent({ number, event }: EventRow, lastEvent: number, { onFault }: AuditListener): void {
  if (event === undefined) onFault({ key: eventKey(number), what: 'its outcome is missing' });
  if (number > lastEvent) onFault({ key: eventKey(number), what: 'its number is higher than the last one assigned' });
}

/** Alerts before the next event have no event. */
async function passOrphanAlerts(
  alerts: Rows<{ readonly number: number; readonly state: string }>,
  next: number,
  totals: { alerts: number },
  { onFault }: AuditListener,
): Promise<void> {
  for (;;) {
    const alert = await alerts.takeIf(({ number }) => number < next);
    if (alert === undefined) return;
    if (alert.state === 'ready') totals.alerts += 1;
    onFault({ key: `alert ${alert.number}`, what: 'its event has no row' });
  }
}

function openEventOf({ number, technique, image, position }: EventRow): OpenEventRow {
  return { number, technique, image, position };
}

function eventKey(number: number): string {
  return `event ${number}`;
}
