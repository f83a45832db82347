import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { asImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { alertCommand } from './alert.ts';
import { analyzeCommand } from './analyze.ts';
import { cleanCommand } from './clean.ts';
import { compareCommand } from './compare.ts';
import { deadCommand } from './dead.ts';
import { pathOf } from './options.ts';
import { receiveCommand } from './receive.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import { statusCommand } from './status.ts';
import { viewCommand } from './view.ts';
import { errorLine } from './words.ts';

/** Every command. Each tells its exit status through `onExit`. */
export const COMMANDS = [
  receiveCommand,
  analyzeCommand,
  alertCommand,
  runCommand,
  viewCommand,
  serveCommand,
  compareCommand,
  statusCommand,
  deadCommand,
  cleanCommand,
];

/** The program, as commander knows it. */
export function programOf(onExit: (status: number) => void): Command {
  const program = new Command('imgpipe')
    .description('Watches streams of images for change: receive, compare, alert, view.')
    .version(version(), '--version', 'show the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', '\nExample:\n  $ imgpipe run && imgpipe view 1');
  for (const make of COMMANDS) program.addCommand(make(onExit));
  for (const command of [program, ...program.commands.flatMap((each) => [each, ...each.commands])]) {
    const help = `imgpipe ${command === program ? '' : `${pathOf(command)} `}--help`;
    command.exitOverride().configureOutput({ outputError: (text, write) => write(usageLine(text, help)) });
  }
  return program;
}

/** Runs a command line, without `node` and the program's name; the answer is the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = programOf((exit) => {
    status = exit;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (thrown) {
    // Commander has said what it had to say: help is no error, all else is wrong usage.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const error = asImgpipeError(thrown);
    process.stderr.write(`imgpipe: ${errorLine(error)}\n`);
    return error.exit;
  }
}

/** Commander's complaint in the house's form: one line, with where to read on. */
function usageLine(complaint: string, help: string): string {
  const what = complaint
    .replace(/^error: /, '')
    .trim()
    .replace(/\.?\s*\n\s*/g, ' ')
    .replace(/\.$/, '');
  return `imgpipe: ${escapeText(what)}: see '${help}'\n`;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
