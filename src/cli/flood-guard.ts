import { subjectOf } from '../domain/dead-letters.ts';
import type { Report } from '../domain/reports.ts';
import type { Terminal } from './terminal.ts';
import { skippedStaleLine } from './words.ts';

/** How many reports of one kind in a row are printed. */
const MAX_SHOWN = 5;
/** When those that are not printed are first summed up; then after twice as long each time. A kind that has been quiet for as long is printed again. */
const SUM_UP_MS = 10_000;
const MAX_SUM_UP_MS = 600_000;

/** Sums up reports that strangers can cause in any number by sending messages. */
export interface FloodGuard {
  /** Whether to print a report. One that is not printed is counted. */
  admits(report: Report): boolean;
  /** Prints what has been counted. */
  close(): void;
}

interface Flood {
  shown: number;
  counted: number;
  lastAt: number;
  everyMs: number;
  timer: NodeJS.Timeout | undefined;
  readonly maxShown: number;
  readonly print: (count: number) => void;
}

/** A kind of report, and how it is summed up. */
interface Kind {
  readonly name: string;
  readonly channel: 'error' | 'notice';
  /** Whether the reports say nothing beyond their number: then none is printed by itself. */
  readonly onlyCounted?: boolean;
  words(count: number): string;
}

export function createFloodGuard(
  terminal: Pick<Terminal, 'error' | 'notice'>,
  { maxShown = MAX_SHOWN, sumUpMs = SUM_UP_MS } = {},
): FloodGuard {
  const floods = new Map<string, Flood>();

  function floodOf(report: Report): Flood | undefined {
    const found = kindOf(report);
    if (found === undefined) return undefined;
    const known = floods.get(found.name);
    if (known !== undefined) return known;
    const print = (count: number) => terminal[found.channel](found.words(count));
    const limit = found.onlyCounted ? 0 : maxShown;
    const flood: Flood = {
      shown: 0,
      counted: 0,
      lastAt: 0,
      everyMs: sumUpMs,
      timer: undefined,
      maxShown: limit,
      print,
    };
    floods.set(found.name, flood);
    return flood;
  }

  function sumUp(flood: Flood): void {
    clearTimeout(flood.timer);
    flood.timer = undefined;
    flood.everyMs = Math.min(2 * flood.everyMs, MAX_SUM_UP_MS);
    if (flood.counted > 0) flood.print(flood.counted);
    flood.counted = 0;
  }

  return {
    admits(report) {
      const flood = floodOf(report);
      if (flood === undefined) return true;
      const now = performance.now();
      if (flood.counted === 0 && now - flood.lastAt >= sumUpMs) Object.assign(flood, { shown: 0, everyMs: sumUpMs });
      flood.lastAt = now;
      flood.shown += 1;
      if (flood.shown <= flood.maxShown) return true;
      flood.counted += 1;
      flood.timer ??= setTimeout(() => sumUp(flood), flood.everyMs).unref();
      return false;
    },
    close() {
      for (const flood of floods.values()) sumUp(flood);
    },
  };
}

/** The kind of flood that a report belongs to. */
function kindOf(report: Report): Kind | undefined {
  if (report.kind === 'skipped_former') {
    const { kind, stage } = report;
    const words = (count: number) => `${stage}: skipped ${more(count)} from before the last clean`;
    return { name: `${kind} ${stage}`, channel: 'notice', words };
  }
  if (report.kind === 'skipped_stale') {
    const { kind, stage } = report;
    return { name: `${kind} ${stage}`, channel: 'notice', onlyCounted: true, words: (n) => skippedStaleLine(stage, n) };
  }
  if (report.kind === 'dead_letter' && subjectOf(report.letter).kind === 'message') {
    const { stage } = report.letter;
    const words = (count: number) =>
      `${stage}: ${more(count)} ${count === 1 ? 'is now a dead letter' : 'are now dead letters'}, see 'imgpipe dead list'`;
    return { name: `dead_letter ${stage}`, channel: 'error', words };
  }
  return undefined;
}

function more(count: number): string {
  return count === 1 ? '1 more message' : `${count} more messages`;
}
