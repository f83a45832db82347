import type { AlertRecord, NewAlert } from '../../domain/records.ts';

/** The rows of alerts, as the alert stage writes them. */
export interface AlertCatalog {
  /** Adds `pending` alerts, each with its event's number. An alert that exists is returned as it is. */
  addAlerts(alerts: readonly NewAlert[]): Promise<AlertRecord[]>;
  /** Enters the next attempt of `pending` alerts whose attempt is still this one. Resolves with the rows. */
  nextAlertAttempt(alerts: readonly Pick<AlertRecord, 'number' | 'attempt'>[]): Promise<AlertRecord[]>;
  /**
   * Turns `pending` alerts `ready`, in this order, and removes the alert stage's dead letters of their events. Resolves
   * with the numbers of those that became ready by this call.
   */
  markAlertsReady(numbers: readonly number[]): Promise<number[]>;
  /** The alerts with these numbers, in that order; `undefined` where there is none. */
  alerts(numbers: readonly number[]): Promise<(AlertRecord | undefined)[]>;
}
