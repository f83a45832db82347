import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { openExistingPipeline, type Pipeline } from '../app/pipeline.ts';
import { counted } from '../base/counted.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { CleanPlan } from '../operations/clean.ts';
import { cleanJson } from '../operations/json/clean.ts';
import { runReadCommand } from './read-command.ts';
import type { Terminal } from './terminal.ts';

/** The exit status after Ctrl-C. */
const INTERRUPTED = 130;

export interface CleanOptions {
  /** Skip the confirmation. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly keepTopics: boolean;
}

/** Prints what a clean removes, asks, and removes it. Resolves to the exit status. */
export function runClean(command: Command, { yes, dryRun, keepTopics }: CleanOptions): Promise<number> {
  return runReadCommand(command, openExistingPipeline, async ({ pipeline, config, terminal }) => {
    const plan = await pipeline.planClean();
    const { data, locate } = pipeline;
    if (config.json) terminal.result(JSON.stringify(cleanJson(plan, { data, dryRun, locate })));
    else for (const line of linesOf(pipeline, plan, { dryRun, keepTopics })) terminal.result(line);
    if (dryRun) return 0;
    const answer = yes ? 'yes' : await ask(terminal);
    if (answer !== 'yes') {
      terminal.notice('clean: nothing was removed');
      return answer === 'no' ? 0 : INTERRUPTED;
    }
    await pipeline.clean({ keepTopics });
    terminal.notice('clean: done');
    return 0;
  });
}

function linesOf(
  { data, broker }: Pick<Pipeline, 'data' | 'broker'>,
  { images, events, alerts, files, unknownFiles }: CleanPlan,
  { dryRun, keepTopics }: { dryRun: boolean; keepTopics: boolean },
): string[] {
  const topics = broker === 'embedded' ? '' : `, with the topics and groups on ${broker}`;
  const contents = `${counted(images, 'image')}, ${counted(events, 'event')}, ${counted(alerts, 'alert')}`;
  const removed = `${counted(files, 'file')}${keepTopics ? '' : ' and all messages'} ${dryRun ? 'would' : 'will'} be removed`;
  return [
    `${escapeText(data)}: ${contents}; ${removed}${keepTopics ? '; messages are kept' : topics}`,
    ...unknownFiles.map((key) => `  kept, not written by imgpipe: ${escapeText(key)}`),
  ];
}

/** Asks for confirmation on the terminal. Ctrl-D is a no. Throws `usage` where there is no terminal. */
async function ask(terminal: Terminal): Promise<'yes' | 'no' | 'interrupted'> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new ImgpipeError(
      'usage',
      'clean requires confirmation, and stdin or stderr is not a terminal: use --yes, or --dry-run to see what would be removed',
    );
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<'yes' | 'no' | 'interrupted' | 'ended'>((resolve) => {
    prompt.once('close', () => resolve('ended'));
    prompt.once('SIGINT', () => resolve('interrupted'));
    prompt.question(terminal.err.bold('Remove it? [y/N] '), (text) =>
      resolve(/^y(es)?$/i.test(text.trim()) ? 'yes' : 'no'),
    );
  });
  prompt.close();
  if (answer === 'yes' || answer === 'no') return answer;
  // The cursor is still on the line of the prompt.
  process.stderr.write('\n');
  return answer === 'ended' ? 'no' : answer;
}
