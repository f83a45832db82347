import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { asImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';
import { alertCommand } from './commands/alert.ts';
import { analyzeCommand } from './commands/analyze.ts';
import { cleanCommand } from './commands/clean.ts';
import { compareCommand } from './commands/compare.ts';
import { copyCommand } from './commands/copy.ts';
import { deadCommand } from './commands/dead.ts';
import { listCommand } from './commands/list.ts';
import { receiveCommand } from './commands/receive.ts';
import { runCommand } from './commands/run.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { viewCommand } from './commands/view.ts';
import { errorLine, verboseLines } from './error-lines.ts';
import { pathOf } from './options.ts';

/** Only what parsing and `--help` need: what a command does is loaded when it runs. */
const COMMANDS = [
  receiveCommand,
  analyzeCommand,
  alertCommand,
  runCommand,
  viewCommand,
  listCommand,
  serveCommand,
  compareCommand,
  statusCommand,
  deadCommand,
  copyCommand,
  cleanCommand,
];

/** The program with its commands. A command reports its exit status through `onExit`. */
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

/** Runs a command line, given without `node` and the program's name. Resolves to the exit status. */
export async function main(args: readonly string[]): Promise<number> {
  let status = 0;
  const program = programOf((exit) => {
    status = exit;
  });
  try {
    await program.parseAsync(knownHelp(program, args), { from: 'user' });
    return status;
  } catch (thrown) {
    // Commander has printed its message: help is no error, everything else is wrong usage.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? 0 : 2;
    const error = asImgpipeError(thrown);
    process.stderr.write(`imgpipe: ${errorLine(error)}\n`);
    // The configuration may be what is wrong, so it cannot say whether `verbose` is set.
    if (args.includes('--verbose')) process.stderr.write(`${verboseLines(error).join('\n')}\n`);
    return error.exit;
  }
}

/** `help bogus` as `bogus`, so that it is an unknown command: commander would print its own help without a word of it. */
function knownHelp(program: Command, args: readonly string[]): readonly string[] {
  const [help, name] = args;
  const unknown = help === 'help' && name !== undefined && !program.commands.some((each) => each.name() === name);
  return unknown ? args.slice(1) : args;
}

/** Commander's message in the form of our own: one line, ending with the command that shows the help. */
function usageLine(message: string, help: string): string {
  const what = message
    .replace(/^error: /, '')
    .trim()
    .replace(/\.?\s*\n\s*/g, ' ')
    // The value of a mistyped option may be a secret.
    .replace(/^(unknown option '[^'=]*)=.*'/s, "$1'")
    .replace(/\.$/, '');
  return `imgpipe: ${escapeText(what)}: see '${help}'\n`;
}

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
