import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { programOf } from '../../src/cli/main.ts';
import { configOf, pathOf } from '../../src/cli/options.ts';
import { blocks, headings, prose, section } from './readme.ts';

const program = programOf(() => {});
/** The commands that do something, those within others too. */
const commandsOf = ({ commands }: Command): Command[] =>
  commands.flatMap((command) => (command.commands.length === 0 ? [command] : commandsOf(command)));
const commands = commandsOf(program);
const COMMON_HEADING = '### Options of every command';
const heading = (command: Command) => {
  const written = command.registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}…]`))
    .join('');
  return `### \`imgpipe ${pathOf(command)}${written}\``;
};

const flagsIn = (text: string) => [...new Set([...text.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag))].sort();

/** The options of a command's help, by the heading that they stand under. */
function flagsOfHelp(command: Command): { own: string[]; common: string[] } {
  const [own = '', common = ''] = command
    .helpInformation()
    .replace(/\n\nExample:[\s\S]*/, '')
    .split('Options of every command:');
  const listed = (text: string) => [...text.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag).sort();
  return { own: listed(own) as string[], common: listed(common) as string[] };
}

describe('the README and --help', () => {
  test('have the same commands', () => {
    expect(headings(/^### `imgpipe /).sort()).toEqual(commands.map(heading).sort());
  });

  test.each(commands.map((command) => [pathOf(command), command] as const))(
    'have the same options of %s',
    (_, command) => {
      const { own, common } = flagsOfHelp(command);
      expect(flagsIn(prose(section(heading(command))))).toEqual(own);
      const ofProgram = ['--version'];
      expect(flagsIn(section(COMMON_HEADING)).filter((flag) => !ofProgram.includes(flag))).toEqual(common);
    },
  );

  test.each(commands.map((command) => [pathOf(command), command] as const))('fit 80 columns: %s', (_, command) => {
    command.configureOutput({ getOutHelpWidth: () => 80 });
    const lines = command.helpInformation().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('each example', () => {
  const inReadme = ['## Use', '## Three terminals', '## Operations'].flatMap((each) => blocks(section(each), 'sh'));
  const inHelp = [program, ...program.commands, ...commands].map((command) => {
    const written: string[] = [];
    command.configureOutput({ writeOut: (text) => written.push(text) });
    command.outputHelp();
    const [, example] = written.join('').split('Example:');
    expect(example, `${command.name()} --help has an example`).toMatch(/\$ imgpipe /);
    return example ?? '';
  });
  const lines = [...inReadme, ...inHelp]
    .flatMap((text) => text.split('\n'))
    .flatMap((line) => line.replace(/#.*/, '').replace(/\|.*/, '').split('&&'))
    .map((line) => line.replace('$', '').trim())
    .filter((line) => line !== '');

  test.each(lines)('parses: %s', async (line) => {
    const [name, ...args] = line.split(/\s+/);
    expect(name).toBe('imgpipe');
    const parsing = programOf(() => {});
    const parsed: string[] = [];
    for (const command of commandsOf(parsing)) {
      command.action((...given: unknown[]) => {
        configOf(given.at(-1) as Command);
        parsed.push(pathOf(command));
      });
    }
    await parsing.parseAsync(args, { from: 'user' });
    expect(parsed).toHaveLength(1);
    expect(args.join(' ')).toMatch(new RegExp(`^${parsed[0]}\\b`));
  });
});
