import type { AlertRecord, NewAlert } from '../../domain/records.ts';
import type { AlertCatalog } from '../../ports/catalog/alerts.ts';
import { removeLettersOfEvent } from './dead-letter-rows.ts';
import { imageAt, type Tables } from './tables.ts';

export function createAlertRows(tables: Tables): AlertCatalog {
  const { alerts, readyOrder, readyNumbers } = tables;

  function add(alert: NewAlert): AlertRecord {
    const known = alerts.get(alert.number);
    if (known !== undefined) return known;
    const added: AlertRecord = { ...alert, attempt: 1, state: 'pending' };
    alerts.set(alert.number, added);
    return added;
  }

  /** Returns whether the alert was pending. */
  function markReady(number: number): boolean {
    const alert = alerts.get(number);
    if (alert?.state !== 'pending') return false;
    alerts.set(number, { ...alert, state: 'ready' });
    readyOrder.push(number);
    readyNumbers.splice(countBelow(readyNumbers, number), 0, number);
    const event = tables.events.get(number);
    const image = event && imageAt(tables, event.image);
    if (image !== undefined) {
      tables.delays.push(Math.max(0, Date.parse(alert.alertedAt) - Date.parse(image.receivedAt)));
    }
    return true;
  }

  return {
    addAlerts: async (added) => added.map(add),

    nextAlertAttempt: async (pending) =>
      pending.flatMap(({ number, attempt }) => {
        const alert = alerts.get(number);
        if (alert === undefined) return [];
        const next =
          alert.state === 'pending' && alert.attempt === attempt ? { ...alert, attempt: attempt + 1 } : alert;
        alerts.set(number, next);
        return [next];
      }),

    markAlertsReady: async (numbers) =>
      numbers.filter((number) => {
        removeLettersOfEvent(tables, number);
        return markReady(number);
      }),

    alerts: async (numbers) => numbers.map((number) => alerts.get(number)),
  };
}

/** How many of the ascending numbers are below this one. */
export function countBelow(numbers: readonly number[], number: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
