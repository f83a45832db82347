import type { Report } from '../domain/reports.ts';

/** How long the stages have been waiting for their surroundings, in words for the progress line. */
export interface WaitingTimes {
  /** Takes note of a report. */
  note(report: Report): void;
  /** Nothing, or `; analyze has waited for 12 s`. */
  words(): string;
  close(): void;
}

/** `onTick` is called every second while a stage waits. */
export function createWaitingTimes(onTick: () => void): WaitingTimes {
  const since = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }

  return {
    note(report) {
      if (report.kind === 'waiting' && !since.has(report.stage)) {
        since.set(report.stage, performance.now());
        timer ??= setInterval(onTick, 1000);
      }
      if (report.kind === 'resumed') since.delete(report.stage);
      if (since.size === 0) stop();
    },
    words: () =>
      [...since]
        .map(([stage, begin]) => `; ${stage} has waited for ${Math.round((performance.now() - begin) / 1000)} s`)
        .join(''),
    close: stop,
  };
}
