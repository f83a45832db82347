import { Command } from 'commander';
import { ImgpipeError } from '../../domain/errors.ts';
import { readTime, TIME_FORM } from '../../domain/read-time.ts';
import type { ListFilter } from '../../operations/list.ts';
import type { Listed } from '../list.ts';
import { commandOf, isGiven, numberNamed } from '../options.ts';

/** The options of a list. */
interface ListOptions {
  readonly stream?: string;
  readonly from?: string;
  readonly to?: string;
  readonly limit?: string;
  readonly csv?: boolean;
}

/** What is listed, and the time by which it is selected. */
const LISTS: readonly { readonly listed: Listed; readonly time: string; readonly what: string }[] = [
  { listed: 'images', time: 'captured or received', what: 'the images that were received' },
  { listed: 'events', time: 'captured or recorded', what: 'the events: images that differ from the one before' },
  { listed: 'alerts', time: 'captured or raised', what: 'the alerts' },
];

/** `imgpipe list` */
export function listCommand(onExit: (status: number) => void): Command {
  const command = new Command('list')
    .description('list images, events or alerts, newest first, as text, JSON or CSV')
    .addHelpText('after', '\nExample:\n  $ imgpipe list alerts --from 2026-11-25 --csv > alerts.csv');
  for (const each of LISTS) command.addCommand(listOf(each, onExit));
  return command;
}

function listOf({ listed, time, what }: (typeof LISTS)[number], onExit: (status: number) => void): Command {
  return commandOf({
    name: listed,
    options: [
      ['--stream <name>', 'only those of this stream'],
      ['--from <time>', `only those ${time} at this time or later: a date or a time in UTC`],
      ['--to <time>', `only those ${time} before this time`],
      ['--limit <number>', 'at most this many, the newest ones'],
      ['--csv', 'print CSV with a header line'],
    ],
    example: `imgpipe list ${listed} --stream default --limit 10`,
  })
    .description(`list ${what}, newest first`)
    .action(async (options: ListOptions, command: Command) => {
      if (options.csv === true && isGiven(command, 'json')) {
        throw new ImgpipeError('usage', '--csv and --json cannot be combined: use one of them');
      }
      const filter = filterOf(options);
      const { runList } = await import('../list.ts');
      onExit(await runList(command, { listed, filter, csv: options.csv === true }));
    });
}

/** Throws `usage`. */
function filterOf({ stream, from, to, limit }: ListOptions): ListFilter {
  return {
    // The settings check the name of a stream.
    ...(stream !== undefined && { stream }),
    ...(from !== undefined && { from: timeNamed('--from', from) }),
    ...(to !== undefined && { to: timeNamed('--to', to) }),
    ...(limit !== undefined && { limit: numberNamed('--limit')(limit) }),
  };
}

function timeNamed(name: string, text: string): string {
  const time = readTime(text);
  if (time !== undefined) return time;
  throw new ImgpipeError('usage', `${name}: ${JSON.stringify(text)} is not valid: use ${TIME_FORM}`);
}
