import { isProcessAlive } from './process-alive.ts';
import { processTable } from './process-table.ts';

/** A process in the name of a file that other containers and hosts may see: its table and its number. Before 0.2, its number alone. */
export const PROCESS_MARK = '(?:[0-9a-f]{12}-)?\\d+';

/** The mark of this process: `3f2a9c0d1e5b-123`. */
export function processMark(): string {
  return `${processTable().id}-${process.pid}`;
}

/** Whether the process of a mark is alive; undefined if it is of another table, or of an unknown one. */
export function isMarkedAlive(mark: string): boolean | undefined {
  const [table, number] = mark.split('-');
  if (number === undefined || table !== processTable().id) return undefined;
  return isProcessAlive(Number(number));
}
