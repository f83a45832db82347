import type { Command } from 'commander';
import type { DeadLetterHead } from '../domain/records.ts';
import type { Report } from '../domain/reports.ts';
import { deadLetterJson, deadLetterLineJson, replayedJson } from '../operations/json/dead-letters.ts';
import type { Replayed } from '../operations/replay.ts';
import { deadLetterLines } from './dead-letter-lines.ts';
import { runReadCommand } from './read-command.ts';
import { counted, noticeLine, subjectWords } from './words.ts';

const NONE = 'there are no dead letters';

/** Lists the dead letters, newest first. Resolves to the exit status. */
export function runDeadList(command: Command): Promise<number> {
  return runReadCommand(command, async ({ pipeline, config, terminal }) => {
    let letters = 0;
    for await (const letter of pipeline.deadLetters()) {
      terminal.result(config.json ? JSON.stringify(deadLetterLineJson(letter)) : listLine(letter));
      letters += 1;
    }
    if (letters === 0) terminal.notice(NONE);
    return 0;
  });
}

/** Prints a dead letter with its message. Resolves to the exit status. */
export function runDeadShow(command: Command, id: number): Promise<number> {
  return runReadCommand(command, async ({ pipeline, config, terminal }) => {
    const letter = await pipeline.deadLetter(id);
    terminal.result(config.json ? JSON.stringify(deadLetterJson(letter)) : deadLetterLines(letter).join('\n'));
    return 0;
  });
}

/** Replays dead letters. Resolves to the exit status, 1 if one of them cannot be replayed. */
export function runDeadReplay(command: Command, ids: readonly number[] | 'all'): Promise<number> {
  return runReadCommand(command, async ({ pipeline, config, terminal }) => {
    const onReport = (report: Report) => {
      const line = noticeLine(report);
      if (line !== undefined) terminal.notice(line);
    };
    const replayed = await pipeline.replay(ids, { signal: new AbortController().signal, onReport });
    for (const each of replayed) {
      if (config.json) terminal.result(JSON.stringify(replayedJson(each)));
      else if (each.how === 'gone') terminal.complaint(replayedLine(each));
      else terminal.result(replayedLine(each));
    }
    if (replayed.length === 0) terminal.notice(NONE);
    return replayed.some(({ how }) => how === 'gone') ? 1 : 0;
  });
}

function listLine(letter: DeadLetterHead): string {
  const { id, at, reason, attempts, replayedAt } = letter;
  const pending = replayedAt === null ? '' : ', replayed, not handled yet';
  return `${id}: ${at}, ${subjectWords(letter)}, ${reason}, ${counted(attempts, 'attempt')}${pending}`;
}

function replayedLine(replayed: Replayed): string {
  const { letter } = replayed;
  const what = `dead letter ${letter.id}: ${subjectWords(letter)}`;
  switch (replayed.how) {
    case 'published':
      return `${what} is published again`;
    case 'left':
      return `${what} will be published by ${replayed.holder} within seconds`;
    case 'waits':
      return `${what} was replayed earlier and is not handled yet`;
    case 'gone':
      return `${what} cannot be replayed: there is nothing left to publish`;
  }
}
