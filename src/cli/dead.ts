import { Argument, Command } from 'commander';
import { ImgpipeError } from '../domain/errors.ts';
import type { DeadLetterHead } from '../domain/records.ts';
import type { Report } from '../domain/reports.ts';
import { deadLetterJson, deadLetterLineJson, replayedJson } from '../operations/json/dead-letters.ts';
import type { Replayed } from '../operations/replay.ts';
import { deadLetterLines } from './dead-letter-lines.ts';
import { commandOf, numberNamed } from './options.ts';
import { runReadCommand } from './read-command.ts';
import { counted, noticeLine, subjectWords } from './words.ts';

/** `imgpipe dead` */
export function deadCommand(onExit: (status: number) => void): Command {
  return new Command('dead')
    .description('see what was set aside, and have it handled again')
    .addHelpText('after', '\nExample:\n  $ imgpipe dead list')
    .addCommand(listCommand(onExit))
    .addCommand(showCommand(onExit))
    .addCommand(replayCommand(onExit));
}

function listCommand(onExit: (status: number) => void): Command {
  return commandOf({ name: 'list', example: 'imgpipe dead list' })
    .description('list the dead letters, the newest first')
    .action(async (_, command: Command) => {
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
          let letters = 0;
          for await (const letter of pipeline.deadLetters()) {
            terminal.result(config.json ? JSON.stringify(deadLetterLineJson(letter)) : listLine(letter));
            letters += 1;
          }
          if (letters === 0) terminal.notice('there are no dead letters');
          return 0;
        }),
      );
    });
}

function showCommand(onExit: (status: number) => void): Command {
  return commandOf({ name: 'show', example: 'imgpipe dead show 3' })
    .description('show a dead letter: why, of what, and its message as it was received')
    .addArgument(new Argument('<id>', "the dead letter's number").argParser(numberNamed('id')))
    .action(async (id: number, _, command: Command) => {
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
          const letter = await pipeline.deadLetter(id);
          terminal.result(config.json ? JSON.stringify(deadLetterJson(letter)) : deadLetterLines(letter).join('\n'));
          return 0;
        }),
      );
    });
}

function replayCommand(onExit: (status: number) => void): Command {
  const read = numberNamed('id');
  return commandOf({
    name: 'replay',
    options: [['--all', 'replay all dead letters']],
    example: 'imgpipe dead replay 3 4',
  })
    .description('have dead letters handled again: publish their images, events or messages once more')
    .addArgument(
      new Argument('[id...]', 'the numbers of dead letters').argParser((text: string, before: number[] = []) => [
        ...before,
        read(text),
      ]),
    )
    .action(async (given: number[], options: { all?: boolean }, command: Command) => {
      const ids = chosen(given, options.all === true);
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
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
          if (replayed.length === 0) terminal.notice('there are no dead letters');
          return replayed.some(({ how }) => how === 'gone') ? 1 : 0;
        }),
      );
    });
}

function chosen(ids: readonly number[], all: boolean): readonly number[] | 'all' {
  if (all && ids.length === 0) return 'all';
  if (!all && ids.length > 0) return ids;
  const what = all
    ? '--all and numbers do not go together: give one of them'
    : 'give the numbers of dead letters, or --all';
  throw new ImgpipeError('usage', `${what}; 'imgpipe dead list' shows them`);
}

function listLine(letter: DeadLetterHead): string {
  const { id, at, reason, attempts, replayedAt } = letter;
  const waits = replayedAt === null ? '' : ', replayed and waiting';
  return `${id}: ${at}, ${subjectWords(letter)}, ${reason}, ${counted(attempts, 'attempt')}${waits}`;
}

function replayedLine(replayed: Replayed): string {
  const { letter } = replayed;
  const what = `dead letter ${letter.id}: ${subjectWords(letter)}`;
  switch (replayed.how) {
    case 'published':
      return `${what} is published again`;
    case 'left':
      return `${what} is left to ${replayed.holder}, who publishes it again within seconds`;
    case 'waits':
      return `${what} was replayed before and waits to be handled`;
    case 'gone':
      return `${what} cannot be replayed: nothing is left of it to publish`;
  }
}
