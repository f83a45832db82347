import { openPipeline, type Pipeline, type StageOptions } from '../app/pipeline.ts';
import type { Config } from '../config/settings.ts';
import { asImgpipeError, Stopped } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { Report } from '../domain/reports.ts';
import { resultJson } from '../operations/json/result-lines.ts';
import { listenForInterrupts } from './interrupt.ts';
import { createTerminal, type Terminal } from './terminal.ts';
import { createWaitingTimes } from './waiting-times.ts';
import {
  alertLine,
  blockedLine,
  deadLetterLine,
  errorLine,
  imageLine,
  noticeLine,
  outcomeLine,
  rejectedLine,
  setAsideLine,
} from './words.ts';

/** What a stage has told so far, for its progress line and its last one. */
export interface Tally {
  images: number;
  outcomes: number;
  events: number;
  alerts: number;
  /** Files that the stream has already. */
  skipped: number;
  /** Files that could not be received. */
  rejected: number;
  deadLetters: number;
}

export interface StageCommand {
  readonly name: 'receive' | 'analyze' | 'alert' | 'run';
  readonly config: Config;
  /** False for a stage that goes on until it is told to stop. */
  readonly ends: boolean;
  /** Does the work; what it answers counts for more than what was told on the way. */
  work(pipeline: Pipeline, options: StageOptions): Promise<Partial<Tally>>;
  /** What is going on, or was done, in a few words. */
  summary(tally: Tally): string;
}

/** Runs a stage's command: opens the pipeline, draws what the stage reports, minds Ctrl-C. The answer is the exit status. */
export async function runStage({ name, config, ends, work, summary }: StageCommand): Promise<number> {
  const terminal = await createTerminal(config);
  const interrupt = listenForInterrupts(() => {
    terminal.notice(`${name}: finishing what is in hand; once more stops at once`);
  });
  // An endless stage whose results nobody reads any more ends; one that ends by itself finishes its work.
  const unread = () => (ends ? undefined : interrupt.stop());
  process.stdout.once('error', unread);
  const tally: Tally = { images: 0, outcomes: 0, events: 0, alerts: 0, skipped: 0, rejected: 0, deadLetters: 0 };
  let pipeline: Pipeline | undefined;
  const waiting = createWaitingTimes(() => terminal.progress(`${summary(tally)}${waiting.words()}`));
  try {
    const { signal } = interrupt;
    const onReport = (report: Report) => {
      waiting.note(report);
      draw(report, { config, terminal, tally, locate: (key) => pipeline?.locate(key) ?? key });
    };
    pipeline = await openPipeline({ config, command: name, create: true, signal, onReport });
    terminal.notice(terminal.err.dim(`${name}: broker ${pipeline.broker}, folder ${escapeText(pipeline.data)}`));
    terminal.progress(summary(tally));
    const told = (report: Report) => {
      onReport(report);
      terminal.progress(`${summary(tally)}${waiting.words()}`);
    };
    Object.assign(tally, await work(pipeline, { signal, onReport: told }));
    terminal.close();
    terminal.notice(`${name}: ${summary(tally)}`);
  } catch (thrown) {
    terminal.close();
    // Told to stop while it waited: nothing went wrong.
    if (!(thrown instanceof Stopped)) {
      const error = asImgpipeError(thrown);
      terminal.complaint(errorLine(error));
      if (config.verbose) terminal.complaint(String(error.stack));
      return error.exit;
    }
    terminal.notice(`${name}: stopped; ${summary(tally)}. What waits is done at the next start`);
  } finally {
    interrupt.close();
    waiting.close();
    process.stdout.off('error', unread);
    await pipeline?.close();
  }
  const setAside = setAsideLine(tally);
  if (setAside !== undefined) terminal.complaint(setAside);
  if (ends && interrupt.exit() !== undefined) return interrupt.exit() ?? 1;
  return ends && setAside !== undefined ? 1 : 0;
}

interface Drawing {
  readonly config: Config;
  readonly terminal: Terminal;
  readonly tally: Tally;
  readonly locate: (key: string) => string;
}

function draw(report: Report, { config, terminal, tally, locate }: Drawing): void {
  count(report, tally);
  const json = resultJson(report, locate);
  if (report.kind === 'rejected') {
    terminal.complaint(rejectedLine(report));
  } else if (report.kind === 'blocked') {
    terminal.complaint(blockedLine(report));
  } else if (report.kind === 'dead_letter') {
    terminal.complaint(deadLetterLine(report));
  } else if (json === undefined) {
    const line = noticeLine(report);
    if (line !== undefined) terminal.notice(line);
  } else if (config.json) {
    terminal.result(JSON.stringify(json));
  } else if (report.kind === 'image') {
    terminal.result(imageLine(report));
  } else if (report.kind === 'alert') {
    terminal.result(terminal.out.yellow(alertLine(report)));
  } else if (report.kind === 'outcome' && report.outcome.event !== null) {
    terminal.result(terminal.out.cyan(outcomeLine(report.outcome)));
  } else if (report.kind === 'outcome' && report.outcome.kind !== 'dead' && config.verbose) {
    terminal.notice(outcomeLine(report.outcome));
  }
}

function count(report: Report, tally: Tally): void {
  if (report.kind === 'image') tally.images += 1;
  if (report.kind === 'outcome') tally.outcomes += 1;
  if (report.kind === 'outcome' && report.outcome.event !== null) tally.events += 1;
  if (report.kind === 'alert') tally.alerts += 1;
  if (report.kind === 'skipped') tally.skipped += 1;
  if (report.kind === 'rejected') tally.rejected += 1;
  if (report.kind === 'dead_letter') tally.deadLetters += 1;
}
