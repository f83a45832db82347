import type { Command } from 'commander';
import { copy, type Move, planOf } from '../app/copy.ts';
import { counted } from '../base/counted.ts';
import { optionsFor, type TargetOptions, targetConfigOf } from '../config/copy-target.ts';
import type { Config } from '../config/settings.ts';
import { Stopped } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { Copied, CopyProgress } from '../operations/copy/copy.ts';
import type { CopyPlan } from '../operations/copy/plan-copy.ts';
import { copyJson, copyPlanJson } from '../operations/json/copy.ts';
import { printError } from './error-lines.ts';
import { listenForInterrupts } from './interrupt.ts';
import { configOf } from './options.ts';
import { createTerminal, type Terminal } from './terminal.ts';

export interface CopyCommandOptions {
  readonly target: TargetOptions;
  readonly skipDamaged: boolean;
  readonly dryRun: boolean;
}

/** Moves the pipeline, or prints what a move would do. Resolves to the exit status. */
export async function runCopy(command: Command, options: CopyCommandOptions): Promise<number> {
  const config = configOf(command);
  const move = { config, target: targetConfigOf(config, options.target) };
  const terminal = await createTerminal(config);
  const interrupt = listenForInterrupts(() =>
    terminal.notice('copy: finishing what is in progress; press Ctrl-C again to stop at once'),
  );
  try {
    if (options.dryRun) {
      const plan = await planOf(move);
      terminal.result(config.json ? JSON.stringify(copyPlanJson(plan, endsOf(move))) : planLine(plan, move));
      return 0;
    }
    terminal.progress('copy: starting');
    const copied = await copy(move, {
      signal: interrupt.signal,
      skipDamaged: options.skipDamaged,
      onProgress: (progress) => terminal.progress(progressLine(progress)),
    });
    terminal.close();
    return printCopied(copied, move, terminal);
  } catch (thrown) {
    terminal.close();
    if (!(thrown instanceof Stopped)) return printError(terminal, config, thrown);
    terminal.notice('copy: stopped; nothing was moved. The same command continues where this one has ended');
    return interrupt.exit() ?? 1;
  } finally {
    terminal.close();
    interrupt.close();
  }
}

function printCopied(copied: Copied, move: Move, terminal: Terminal): number {
  const { config } = move;
  if (config.json) terminal.result(JSON.stringify(copyJson(copied, endsOf(move))));
  for (const { key, what } of copied.faults) terminal.error(`${escapeText(key)}: ${what}`);
  if (!copied.isMoved) {
    terminal.error(
      `copy: nothing was moved, and the pipeline goes on where it is, because ${counted(copied.damaged, 'file')} cannot be copied: restore them, or give --skip-damaged`,
    );
    return 1;
  }
  if (!config.json) for (const line of movedLines(copied, move)) terminal.result(line);
  return 0;
}

function endsOf({ config, target }: Move) {
  return { from: optionsFor(config), to: optionsFor(target) };
}

function planLine({ found, images, events, alerts, deadLetters, objects }: CopyPlan, { target }: Move): string {
  const to = optionsFor(target);
  if (found === 'finished') return `The pipeline was moved before: use it with ${to}`;
  const rows = [counted(images, 'image'), counted(events, 'event'), counted(alerts, 'alert')].join(', ');
  const letters = counted(deadLetters, 'dead letter');
  return `${rows} and ${letters} with ${counted(objects, 'file')} would be moved ${FOUND_WORDS[found]}: ${to}`;
}

/** Where a pipeline goes. */
const FOUND_WORDS = {
  new: 'to a new place',
  unfinished: 'to the unfinished copy that is there',
  former: 'back to where it was before',
  unopened: 'to the complete copy that is there',
} as const;

function progressLine(progress: CopyProgress): string {
  if (progress.phase === 'rows') return `copy: ${counted(progress.rows, 'row')} copied`;
  const of = Math.max(progress.objects, progress.of);
  return `copy: ${progress.objects} of about ${counted(of, 'file')} copied`;
}

function movedLines({ found, objects, rows, damaged }: Copied, { config, target }: Move): string[] {
  const next = `Use it from now on with: ${optionsFor(target)}`;
  if (found === 'finished') return ['The pipeline was moved before: nothing was left to do', next];
  const files = `${counted(objects.copied, 'file')} copied, ${objects.present} there before`;
  const without = damaged === 0 ? '' : `; ${counted(damaged, 'file')} missing or damaged`;
  return [
    found === 'unopened'
      ? 'The pipeline was moved'
      : `The pipeline was moved: ${counted(rows, 'row')}, ${files}${without}`,
    next,
    ...checkLine(target),
    `What is left at ${escapeText(optionsFor(config))} is not used any more: remove it once the check is good`,
  ];
}

function checkLine(target: Config): string[] {
  return [`Check it with: imgpipe status --check ${optionsFor(target)}`];
}
