import type { Command } from 'commander';
import { openExistingPipeline } from '../app/pipeline.ts';
import type { Report } from '../domain/reports.ts';
import { replayedJson } from '../operations/json/dead-letters.ts';
import type { Replayed } from '../operations/replay.ts';
import { NO_DEAD_LETTERS } from './dead.ts';
import { printNotice } from './print-report.ts';
import { printResults } from './print-results.ts';
import { runReadCommand } from './read-command.ts';
import { subjectWords } from './words.ts';

const FAILED: ReadonlySet<Replayed['how']> = new Set(['gone', 'dropped']);

/** Replays dead letters. Resolves to the exit status, 1 if one of them cannot be replayed. */
export function runDeadReplay(command: Command, ids: readonly number[] | 'all'): Promise<number> {
  return runReadCommand(command, openExistingPipeline, async ({ pipeline, config, terminal }) => {
    // That images are published again is said for each dead letter.
    const onReport = (report: Report) => (report.kind === 'recovered' ? undefined : printNotice(report, terminal));
    const replayed = await pipeline.replay(ids, { signal: new AbortController().signal, onReport });
    const failed = replayed.filter(({ how }) => FAILED.has(how));
    if (config.json) {
      await printResults(replayed, (each) => JSON.stringify(replayedJson(each)), terminal);
    } else {
      const published = replayed.filter(({ how }) => !FAILED.has(how));
      await printResults(published, replayedLine, terminal);
      for (const each of failed) terminal.error(replayedLine(each));
    }
    if (replayed.length === 0) terminal.notice(NO_DEAD_LETTERS);
    return failed.length > 0 ? 1 : 0;
  });
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
    case 'dropped':
      return `${what} was dropped, and is not replayed`;
    case 'gone':
      return `${what} cannot be replayed: there is nothing left to publish`;
  }
}
