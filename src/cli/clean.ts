import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import type { Pipeline } from '../app/pipeline.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import type { CleanPlan } from '../operations/clean.ts';
import { cleanJson } from '../operations/json/clean.ts';
import { commandOf } from './options.ts';
import { runReadCommand } from './read-command.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './words.ts';

/** The exit status after Ctrl-C. */
const INTERRUPTED = 130;

/** `imgpipe clean` */
export function cleanCommand(onExit: (status: number) => void): Command {
  return commandOf({
    name: 'clean',
    options: [
      ['--yes', 'do not ask'],
      ['--dry-run', 'only show what would go'],
      ['--keep-topics', "leave Kafka's topics and groups; their messages are passed over later"],
    ],
    example: 'imgpipe clean --dry-run',
  })
    .description('remove what the pipeline wrote, and only that, and start over')
    .action(async (options: { yes?: boolean; dryRun?: boolean; keepTopics?: boolean }, command: Command) => {
      onExit(
        await runReadCommand(command, async ({ pipeline, config, terminal }) => {
          const plan = await pipeline.planClean();
          const dryRun = options.dryRun === true;
          const keepTopics = options.keepTopics === true;
          if (config.json)
            terminal.result(JSON.stringify(cleanJson(plan, { data: pipeline.data, dryRun, locate: pipeline.locate })));
          else for (const line of linesOf(pipeline, plan, { dryRun, keepTopics })) terminal.result(line);
          if (dryRun) return 0;
          const answer = options.yes === true ? 'yes' : await ask(terminal);
          if (answer !== 'yes') {
            terminal.notice('clean: nothing was removed');
            return answer === 'no' ? 0 : INTERRUPTED;
          }
          await pipeline.clean({ keepTopics });
          terminal.notice('clean: done');
          return 0;
        }),
      );
    });
}

function linesOf(
  { data, broker }: Pick<Pipeline, 'data' | 'broker'>,
  { images, events, alerts, files, strangers }: CleanPlan,
  { dryRun, keepTopics }: { dryRun: boolean; keepTopics: boolean },
): string[] {
  const topics = broker === 'embedded' ? '' : ` with the topics and groups on ${broker}`;
  const messages = keepTopics ? 'the messages stay' : `and all messages${topics}`;
  return [
    `${escapeText(data)}: ${counted(images, 'image')}, ${counted(events, 'event')}, ${counted(alerts, 'alert')}; ${counted(files, 'file')} ${dryRun ? 'would go' : 'will go'}, ${messages}`,
    ...strangers.map((key) => `  stays, imgpipe did not write it: ${escapeText(key)}`),
  ];
}

/** Asks on the terminal. Ctrl-D is a no. Throws `usage` where there is no terminal. */
async function ask(terminal: Terminal): Promise<'yes' | 'no' | 'interrupted'> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw new ImgpipeError(
      'usage',
      'clean asks before it removes, and here is no terminal to ask on: give --yes, or --dry-run to see what would go',
    );
  }
  const question = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await new Promise<'yes' | 'no' | 'interrupted' | 'ended'>((resolve) => {
    question.once('close', () => resolve('ended'));
    question.once('SIGINT', () => resolve('interrupted'));
    question.question(terminal.err.bold('Remove it? [y/N] '), (text) =>
      resolve(/^y(es)?$/i.test(text.trim()) ? 'yes' : 'no'),
    );
  });
  question.close();
  if (answer === 'yes' || answer === 'no') return answer;
  // The cursor still stands behind the question.
  process.stderr.write('\n');
  return answer === 'ended' ? 'no' : answer;
}
