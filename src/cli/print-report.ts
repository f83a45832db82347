import type { Config } from '../config/settings.ts';
import type { Report } from '../domain/reports.ts';
import { resultJson } from '../operations/json/result-lines.ts';
import { causeWords } from './error-lines.ts';
import type { Terminal } from './terminal.ts';
import { alertLine, deadLetterLine, imageLine, noticeLine, outcomeLine, rejectedLine } from './words.ts';

export interface ReportPrinting {
  readonly config: Pick<Config, 'json' | 'verbose'>;
  readonly terminal: Terminal;
  /** The address of a stored object. */
  readonly locate: (key: string) => string;
}

/** Prints a report of a stage: a result to stdout, a notice or a failure to stderr. */
export function printReport(report: Report, { config, terminal, locate }: ReportPrinting): void {
  // Failures that do not end the command name their causes too.
  const causes = config.verbose && 'error' in report ? causeWords(report.error) : '';
  const json = resultJson(report, locate);
  if (report.kind === 'rejected') {
    terminal.error(`${rejectedLine(report)}${causes}`);
  } else if (report.kind === 'dead_letter') {
    terminal.error(deadLetterLine(report));
  } else if (json === undefined) {
    printNotice(report, terminal, causes);
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

/** What `--quiet` does not drop: without it, a command that does nothing would not say why. */
const WARNINGS: ReadonlySet<Report['kind']> = new Set(['waiting', 'resumed', 'standing_by', 'joining', 'lock_lost']);

/** Prints a report that is neither a result nor a failure, if there is something to say about it. */
export function printNotice(report: Report, terminal: Pick<Terminal, 'notice' | 'warning'>, causes = ''): void {
  const line = noticeLine(report);
  if (line === undefined) return;
  if (WARNINGS.has(report.kind)) terminal.warning(`${line}${causes}`);
  else terminal.notice(`${line}${causes}`);
}
