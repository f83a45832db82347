import type { Threshold } from '../../domain/threshold.ts';
import type { Transfer } from '../../domain/transfer.ts';

export interface PipelineIdentity {
  readonly pipelineId: string;
  /** The ids that the pipeline had before each `clean`, the oldest first. */
  readonly formerIds: readonly string[];
  /** The bus that messages are published on; null before the first stage has started. */
  readonly busId: string | null;
  /** Its address, with the prefix of its topics; null in a catalog of an older version. */
  readonly busAddress: string | null;
  /** True after `beginClean`, until `endClean`. */
  readonly cleaning: boolean;
  /** Why nothing may work on this catalog; null if everything may. */
  readonly transfer: Transfer | null;
}

/**
 * The pipeline's identity, its bus and its settings. A method that takes the token of the exclusive lock of the pipeline
 * throws `LockLost` if another holder has fenced the pipeline since.
 */
export interface PipelineCatalog {
  identity(): Promise<PipelineIdentity>;
  /**
   * Enters the token of a new exclusive holder of the pipeline's lock, or null for a holder that shares it. From then on,
   * writes with the token of a holder before fail, and while there is a token, those of `Catalog.forPipeline`.
   */
  fencePipeline(token: string | null): Promise<void>;
  /**
   * Makes this the pipeline's bus, if its bus is still the one with the id `before`. A holder of the exclusive lock gives
   * its token.
   */
  setBus(bus: { readonly id: string; readonly address: string }, before: string | null, token?: string): Promise<void>;
  /** The techniques in use, each with its threshold, by the id of the version in force; idle ones included. */
  thresholds(): Promise<ReadonlyMap<string, Threshold>>;
  /**
   * Sets the threshold of a technique, which is in use from then on. A version newer than the one in force takes over: what
   * others of its name have judged stays judged.
   */
  setThreshold(technique: string, threshold: Threshold): Promise<void>;
  /** The techniques in use that images are owed to, by name: the versions in force of those that are not idle. */
  activeTechniques(): Promise<string[]>;
  /** Records that a technique has analyzers. One that was idle is owed again what it has no outcome for. */
  keepActive(technique: string): Promise<void>;
  /** Makes techniques idle that have had no analyzers since then, by the clock of the catalog: nothing is owed to them. Resolves with their names. */
  retireIdle(since: string): Promise<string[]>;
  /** Marks the pipeline as being cleaned. */
  beginClean(token: string): Promise<void>;
  /**
   * Deletes every row, gives the pipeline a new id, keeps the previous one in `formerIds`, and removes the mark and all
   * tokens.
   */
  endClean(token: string): Promise<void>;
}
