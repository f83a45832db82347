import type { Command } from 'commander';
import { openReader } from '../app/reader.ts';
import { counted } from '../base/counted.ts';
import type { DeadLetterHead } from '../domain/records.ts';
import { deadLetterJson, deadLetterLineJson } from '../operations/json/dead-letters.ts';
import { deadLetterLines } from './dead-letter-lines.ts';
import { printResults } from './print-results.ts';
import { runReadCommand } from './read-command.ts';
import { subjectWords } from './words.ts';

export const NO_DEAD_LETTERS = 'there are no dead letters';

/** Lists the dead letters, newest first; dropped ones only `withDropped`. Resolves to the exit status. */
export function runDeadList(command: Command, options: { readonly withDropped: boolean }): Promise<number> {
  return runReadCommand(command, openReader, async ({ pipeline, config, terminal }) => {
    const lineOf = config.json ? jsonLine : listLine;
    const printed = await printResults(pipeline.deadLetters(options), lineOf, terminal);
    if (printed === 0) terminal.notice(NO_DEAD_LETTERS);
    return 0;
  });
}

/** Prints a dead letter with its message. Resolves to the exit status. */
export function runDeadShow(command: Command, id: number): Promise<number> {
  return runReadCommand(command, openReader, async ({ pipeline, config, terminal }) => {
    const letter = await pipeline.deadLetter(id);
    terminal.result(config.json ? JSON.stringify(deadLetterJson(letter)) : deadLetterLines(letter).join('\n'));
    return 0;
  });
}

function jsonLine(letter: DeadLetterHead): string {
  return JSON.stringify(deadLetterLineJson(letter));
}

function listLine(letter: DeadLetterHead): string {
  const { id, at, reason, attempts, replayedAt, droppedAt } = letter;
  const mark = droppedAt !== null ? ', dropped' : replayedAt !== null ? ', replayed, not handled yet' : '';
  return `${id}: ${at}, ${subjectWords(letter)}, ${reason}, ${counted(attempts, 'attempt')}${mark}`;
}
