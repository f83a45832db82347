import type { Command } from 'commander';
import { openExistingPipeline } from '../app/pipeline.ts';
import type { Dropped } from '../operations/drop.ts';
import { droppedJson } from '../operations/json/dead-letters.ts';
import { NO_DEAD_LETTERS } from './dead.ts';
import { printResults } from './print-results.ts';
import { runReadCommand } from './read-command.ts';
import { subjectWords } from './words.ts';

/** Drops dead letters. Resolves to the exit status, 1 if one of them waits for its replay. */
export function runDeadDrop(command: Command, ids: readonly number[] | 'all'): Promise<number> {
  return runReadCommand(command, openExistingPipeline, async ({ pipeline, config, terminal }) => {
    const dropped = await pipeline.drop(ids);
    const waiting = dropped.filter(({ how }) => how === 'waits');
    if (config.json) {
      await printResults(dropped, (each) => JSON.stringify(droppedJson(each)), terminal);
    } else {
      const settled = dropped.filter(({ how }) => how !== 'waits');
      await printResults(settled, droppedLine, terminal);
      for (const each of waiting) terminal.error(droppedLine(each));
    }
    if (dropped.length === 0) terminal.notice(NO_DEAD_LETTERS);
    return waiting.length > 0 ? 1 : 0;
  });
}

function droppedLine({ letter, how }: Dropped): string {
  const what = `dead letter ${letter.id}: ${subjectWords(letter)}`;
  switch (how) {
    case 'dropped':
      return `${what} is dropped`;
    case 'was_dropped':
      return `${what} was dropped earlier`;
    case 'waits':
      return `${what} was replayed and is not handled yet: it is not dropped`;
  }
}
