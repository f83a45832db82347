import { counted } from '../base/counted.ts';
import type { Report } from '../domain/reports.ts';

/** What a stage has reported so far. */
export interface Tally {
  images: number;
  outcomes: number;
  events: number;
  alerts: number;
  /** Files that the stream already has. */
  skipped: number;
  /** Files that could not be received. */
  rejected: number;
  deadLetters: number;
}

export function newTally(): Tally {
  return { images: 0, outcomes: 0, events: 0, alerts: 0, skipped: 0, rejected: 0, deadLetters: 0 };
}

/** Counts a report. */
export function count(report: Report, tally: Tally): void {
  if (report.kind === 'image') tally.images += 1;
  if (report.kind === 'outcome') tally.outcomes += 1;
  if (report.kind === 'outcome' && report.outcome.event !== null) tally.events += 1;
  if (report.kind === 'alert') tally.alerts += 1;
  if (report.kind === 'skipped') tally.skipped += 1;
  if (report.kind === 'rejected') tally.rejected += 1;
  if (report.kind === 'dead_letter') tally.deadLetters += 1;
}

/** What a stage has done so far, for its progress line and its last line. `isSearched`: all given paths have been searched. */
export function summaryOf(name: 'receive' | 'analyze' | 'alert' | 'run', tally: Tally, isSearched: boolean): string {
  const { outcomes, events, alerts } = tally;
  switch (name) {
    case 'receive':
      return receivedWords(tally, isSearched);
    case 'analyze':
      return `${counted(outcomes, 'image')} analyzed, ${counted(events, 'event')}`;
    case 'alert':
      return counted(alerts, 'alert');
    case 'run':
      return `${receivedWords(tally, isSearched)}, ${counted(events, 'event')}, ${counted(alerts, 'alert')}`;
  }
}

function receivedWords({ images, skipped, rejected }: Tally, isSearched: boolean): string {
  const nothing = isSearched && images + skipped + rejected === 0;
  return [
    `${counted(images, 'image')} received`,
    ...(skipped > 0 ? [`${counted(skipped, 'file')} skipped`] : []),
    ...(nothing ? ['no .jpg, .png, .webp, .gif, .bmp or .tiff found'] : []),
  ].join(', ');
}

/** What could not be handled; undefined where there is none. */
export function failuresLine({ rejected, deadLetters }: Tally): string | undefined {
  const files = rejected === 0 ? [] : [`${counted(rejected, 'file')} not received`];
  const letters = deadLetters === 0 ? [] : [`${counted(deadLetters, 'dead letter')}, see 'imgpipe dead list'`];
  return rejected + deadLetters === 0 ? undefined : [...files, ...letters].join('; ');
}

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
