import type { AlertRecord, NewAlert } from '../../domain/records.ts';

/** The rows of alerts, as the alert stage writes them. */
export interface AlertCatalog {
  /** Adds `pending` alerts, each with its event's number. An alert that exists is returned as it is. */
  addAlerts(alerts: readonly NewAlert[]): Promise<AlertRecord[]>;
  /** Turns `pending` alerts `ready`, in this order, and removes the alert stage's dead letters of their events. */
  markAlertsReady(numbers: readonly number[]): Promise<void>;
  /** The alerts with these numbers, in that order; `undefined` where there is none. */
  alerts(numbers: readonly number[]): Promise<(AlertRecord | undefined)[]>;
}
