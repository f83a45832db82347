import type { Report } from '../domain/reports.ts';

/** How long stages have been waiting for a broker, store or catalog, for the progress line. */
export interface WaitingTimes {
  /** Records a report. */
  record(report: Report): void;
  /** Empty, or `; analyze has been waiting for 12 s`. */
  words(): string;
  close(): void;
}

/** `onTick` is called every second while a stage is waiting. */
export function createWaitingTimes(onTick: () => void): WaitingTimes {
  const since = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    record(report) {
      if (report.kind === 'waiting' && !since.has(report.stage)) {
        since.set(report.stage, performance.now());
        timer ??= setInterval(onTick, 1000);
      }
      if (report.kind === 'resumed') since.delete(report.stage);
      if (since.size === 0) stop();
    },
    words: () =>
      [...since]
        .map(([stage, begin]) => `; ${stage} has been waiting for ${Math.round((performance.now() - begin) / 1000)} s`)
        .join(''),
    close: stop,
  };
}
