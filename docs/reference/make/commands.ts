import type { Command } from 'commander';
import { programOf } from '../../../src/cli/main.ts';
import { pathOf } from '../../../src/cli/options.ts';
import { fillBlocks } from './blocks.ts';

const COMMON = 'Options of every command:';

/** `docs/reference/commands.md`: the help of each command, with the options of every command listed once. */
export function commandsPage(page: string): string {
  const program = programOf(() => {});
  const commands = leavesOf(program);
  const helps = commands.map((command): [string, string] => [pathOf(command), ownHelp(command)]);
  const [first] = commands;
  if (first === undefined) throw new Error('the program has no commands');
  const common = helpOf(first).split(COMMON)[1]?.split('\n\n')[0] ?? '';
  return fillBlocks(
    page,
    new Map([
      ['program', fenced(helpOf(program))],
      ['common options', fenced(`${COMMON}${common}`)],
      ...helps.map(([name, help]): [string, string] => [name, fenced(help)]),
    ]),
  );
}

/** The commands that run something: `dead list`, not `dead`. */
export function leavesOf({ commands }: Command): Command[] {
  return commands.flatMap((command) => (command.commands.length === 0 ? [command] : leavesOf(command)));
}

/** A command's help at a width of 80 columns, as `--help` prints it. */
function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ getOutHelpWidth: () => 80, writeOut: (text) => written.push(text) });
  command.outputHelp();
  return written.join('').trimEnd();
}

/** The help without the options that every command has. */
function ownHelp(command: Command): string {
  const [own = '', rest = ''] = helpOf(command).split(COMMON);
  const [, example = ''] = rest.split(/\n\n(?=Example:)/);
  return `${own.trimEnd()}\n\n${example}`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trim()}\n\`\`\``;
}
