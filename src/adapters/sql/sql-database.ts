import type { Work } from './work.ts';

/** A database with the tables of the catalog. Errors are `ImgpipeError`s. */
export interface SqlDatabase {
  /** Does work that only reads. */
  read<T>(work: () => Work<T>): Promise<T>;
  /** Does work that only reads, all of it at one moment. May do it again from its start. */
  snapshot<T>(work: () => Work<T>): Promise<T>;
  /**
   * Does work as one transaction, durable once the promise resolves. Transactions come one after the other: what one reads
   * stays so until it ends. May do the work again from its start, if the transaction could not be completed.
   */
  write<T>(work: () => Work<T>): Promise<T>;
  /**
   * Does work with rows that no transaction depends on. Each statement takes effect by itself, and none waits for
   * transactions where the database can do without.
   */
  writeAside<T>(work: () => Work<T>): Promise<T>;
  readonly dialect: Dialect;
}

/** What is written differently for each database. */
export interface Dialect {
  /** An expression for the time, as rows have it. */
  readonly now: string;
  /** The table of alerts, read by this index. */
  alertsBy(index: AlertIndex): string;
  /** The dead letters, read by image. */
  readonly deadLettersByImage: string;
  /** Lets the ids of dead letters start at 1 again. The table is empty. */
  restartLetterIds(): Work<unknown>;
  /** The highest id that a dead letter has had; 0 if there has been none. */
  lastLetterId(): Work<number>;
  /** Lets the ids of dead letters go on after this one, which is not below any id in the table. */
  continueLetterIds(last: number): Work<unknown>;
  /** Removes all rows of these tables. */
  emptyTables(tables: readonly string[]): Work<unknown>;
}

/** An index of alerts; `number` is the order of their numbers. */
export type AlertIndex =
  | 'number'
  | 'alert_by_stream'
  | 'alert_by_stream_time'
  | 'alert_by_technique'
  | 'alert_by_time'
  | 'alert_by_measurement';
