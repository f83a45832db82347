import type { Transfer } from '../../domain/transfer.ts';
import type { Catalog } from './catalog.ts';

/** Rows of one table, with its columns as names. Only catalogs know what they mean. */
export interface RowBatch {
  readonly table: string;
  /** Whether it is the table's first batch. */
  readonly isFirst: boolean;
  readonly rows: readonly Readonly<Record<string, string | number | null | Uint8Array>>[];
}

/** What a catalog knows about its pipeline besides the rows of its tables. */
export interface PipelineFacts {
  readonly pipelineId: string;
  readonly formerIds: readonly string[];
  readonly busId: string | null;
  readonly busAddress: string | null;
  readonly lastEvent: number;
  /** The highest id that a dead letter has had. */
  readonly lastLetter: number;
}

/** How many rows each table has. */
export type RowCounts = Readonly<Record<string, number>>;

/**
 * A catalog whose pipeline can be moved to another one, or come from one. Every write takes the token of the exclusive lock
 * of the pipeline, and throws `LockLost` if another holder has fenced the pipeline since.
 */
export interface TransferCatalog {
  /** Whether it has never been used: it has no rows, no bus and no former ids. */
  isUnused(): Promise<boolean>;
  /** Enters why nothing may work on this catalog, or with null that everything may again. */
  setTransfer(transfer: Transfer | null, token: string): Promise<void>;
  /** The pipeline's facts. */
  facts(): Promise<PipelineFacts>;
  /**
   * Runs `read` on all rows of one snapshot, except heartbeats, in batches of a bounded number; each table has at least one
   * batch. `read` may run again from its start, so it begins with `removeRows`.
   */
  exportRows<T>(read: (batches: AsyncIterable<RowBatch>) => Promise<T>): Promise<T>;
  /** Removes the rows of all tables. */
  removeRows(token: string): Promise<void>;
  /** Adds a batch of an export. Batches come in the order of the export. */
  importRows(batch: RowBatch, token: string): Promise<void>;
  /**
   * Completes an import: the catalog is the pipeline's from now on, at this place. Without `keepBus` it has no bus, and what
   * is open is unpublished. An embedded bus has no messages, and assigns no offset that a row names.
   */
  completeImport(facts: PipelineFacts, options: { readonly keepBus: boolean; readonly token: string }): Promise<void>;
  /** How many rows each table of an export has. */
  countRows(): Promise<RowCounts>;
}

/** A catalog that can be either end of a move. */
export type MovableCatalog = Catalog & TransferCatalog;
