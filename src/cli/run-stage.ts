import { checkInputs } from '../app/check-inputs.ts';
import { openPipeline, type Pipeline, type StageOptions } from '../app/pipeline.ts';
import type { Config } from '../config/settings.ts';
import { Stopped } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { Report } from '../domain/reports.ts';
import { printError } from './error-lines.ts';
import { listenForInterrupts } from './interrupt.ts';
import { printReport } from './print-report.ts';
import { count, createWaitingTimes, failuresLine, newTally, summaryOf, type Tally } from './progress.ts';
import { createTerminal } from './terminal.ts';

export interface StageCommand {
  readonly name: 'receive' | 'analyze' | 'alert' | 'run';
  readonly config: Config;
  /** The given files and folders. */
  readonly paths?: readonly string[];
  /** False for a stage that continues until it is stopped. */
  readonly ends: boolean;
  /** Does the work. The counts it resolves to override those of its reports. */
  work(pipeline: Pipeline, options: StageOptions): Promise<Partial<Tally>>;
}

/** Runs the command of a stage: opens the pipeline, prints reports, handles Ctrl-C. Resolves to the exit status. */
export async function runStage({ name, config, paths = [], ends, work }: StageCommand): Promise<number> {
  const terminal = await createTerminal(config);
  const interrupt = listenForInterrupts(() => {
    terminal.notice(`${name}: finishing work in progress; press Ctrl-C again to stop at once`);
  });
  // If the reader of its results has gone away, an endless stage stops; one that ends by itself completes its work.
  const unread = () => (ends ? undefined : interrupt.stop());
  process.stdout.once('error', unread);
  const tally = newTally();
  const summary = (isSearched = false) => summaryOf(name, tally, isSearched);
  let pipeline: Pipeline | undefined;
  const waiting = createWaitingTimes(() => terminal.progress(`${summary()}${waiting.words()}`));
  const { signal } = interrupt;
  const onReport = (report: Report) => {
    waiting.record(report);
    count(report, tally);
    printReport(report, { config, terminal, locate: (key) => pipeline?.locate(key) ?? key });
  };

  async function runInPipeline(): Promise<void> {
    pipeline = await openPipeline({ config, command: name, create: true, signal, onReport });
    terminal.notice(terminal.err.dim(`${name}: broker ${pipeline.broker}, folder ${escapeText(pipeline.data)}`));
    terminal.progress(summary());
    const onReportWithProgress = (report: Report) => {
      onReport(report);
      terminal.progress(`${summary()}${waiting.words()}`);
    };
    Object.assign(tally, await work(pipeline, { signal, onReport: onReportWithProgress }));
    terminal.close();
    terminal.notice(`${name}: ${summary(paths.length > 0 && !signal.aborted)}`);
  }

  try {
    const rejected = await checkInputs({ command: name, config, paths });
    if (rejected.length === 0) await runInPipeline();
    for (const item of rejected) onReport(item);
  } catch (thrown) {
    terminal.close();
    // Stopped by a signal while it was waiting: nothing went wrong.
    if (!(thrown instanceof Stopped)) return printError(terminal, config, thrown);
    terminal.notice(`${name}: stopped; ${summary()}. The next start continues with what is left`);
  } finally {
    interrupt.close();
    waiting.close();
    process.stdout.off('error', unread);
    await pipeline?.close();
  }
  const failures = failuresLine(tally);
  if (failures !== undefined) terminal.error(failures);
  if (ends && interrupt.exit() !== undefined) return interrupt.exit() ?? 1;
  return ends && failures !== undefined ? 1 : 0;
}
