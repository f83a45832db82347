import type { ImageId } from '../../../src/domain/records.ts';

/** Damage to the rows of a catalog that no operation of the port does. Each adapter has its own way to do it. */
export interface CatalogFaults {
  loseImages(ids: readonly ImageId[]): Promise<void>;
  loseOutcomes(technique: string, ids: readonly ImageId[]): Promise<void>;
  loseEvents(numbers: readonly number[]): Promise<void>;
  loseAlerts(numbers: readonly number[]): Promise<void>;
  /** Deletes every dead letter. */
  loseDeadLetters(): Promise<void>;
  /** Deletes the row with the last number of a stream. */
  loseStream(stream: string): Promise<void>;
  setLastNumber(stream: string, number: number): Promise<void>;
  setLastEvent(number: number): Promise<void>;
  /** Puts another catalog in the place of this one, which stays open. */
  replaceCatalog(): Promise<void>;
}
