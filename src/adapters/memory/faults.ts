import type { ImageId } from '../../domain/records.ts';
import { deleteOutcome, type Tables } from './tables.ts';

/** Damage to the rows of a catalog, as tests do it. */
export interface MemoryCatalogFaults {
  loseImages(ids: readonly ImageId[]): Promise<void>;
  loseOutcomes(technique: string, ids: readonly ImageId[]): Promise<void>;
  loseEvents(numbers: readonly number[]): Promise<void>;
  loseAlerts(numbers: readonly number[]): Promise<void>;
  loseDeadLetters(): Promise<void>;
  /** Deletes the row that has the last number of a stream. */
  loseStream(stream: string): Promise<void>;
  setLastNumber(stream: string, number: number): Promise<void>;
  setLastEvent(number: number): Promise<void>;
  /** Makes the catalog one that is no longer where it was opened. */
  replaceCatalog(): Promise<void>;
}

export function createFaults(tables: Tables): MemoryCatalogFaults {
  return {
    loseImages: async (ids) => {
      for (const { stream, number } of ids) {
        tables.images.get(stream)?.delete(number);
      }
    },
    loseOutcomes: async (technique, ids) => {
      for (const id of ids) deleteOutcome(tables, technique, id);
    },
    loseEvents: async (numbers) => {
      for (const [key, number] of tables.eventOfOutcome) {
        if (numbers.includes(number)) tables.eventOfOutcome.delete(key);
      }
      for (const number of numbers) tables.events.delete(number);
    },
    loseAlerts: async (numbers) => {
      for (const number of numbers) tables.alerts.delete(number);
    },
    loseDeadLetters: async () => tables.deadLetters.clear(),
    loseStream: async (stream) => void tables.lastNumbers.delete(stream),
    setLastNumber: async (stream, number) => void tables.lastNumbers.set(stream, number),
    setLastEvent: async (lastEvent) => {
      tables.pipeline = { ...tables.pipeline, lastEvent };
    },
    replaceCatalog: async () => {
      tables.replaced = true;
    },
  };
}
