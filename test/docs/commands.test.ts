import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { leavesOf } from '../../docs/reference/make/commands.ts';
import { programOf } from '../../src/cli/main.ts';
import { configOf, pathOf } from '../../src/cli/options.ts';
import { blocks, PAGES, prose, readPage } from './pages.ts';

const program = programOf(() => {});
const page = readPage('docs/reference/commands.md');
const commands = leavesOf(program);
const COMMON_HEADING = '## Options of every command';
const heading = (command: Command) => {
  const written = command.registeredArguments
    .map((argument) => (argument.required ? ` <${argument.name()}>` : ` [${argument.name()}…]`))
    .join('');
  return `## \`imgpipe ${pathOf(command)}${written}\``;
};

const flagsIn = (text: string) => [...new Set([...text.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag))].sort();

/** The options of a command's help, by their heading. */
function flagsOfHelp(command: Command): { own: string[]; common: string[] } {
  const [own = '', common = ''] = command
    .helpInformation()
    .replace(/\n\nExample:[\s\S]*/, '')
    .split('Options of every command:');
  const listed = (text: string) => [...text.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag).sort();
  return { own: listed(own) as string[], common: listed(common) as string[] };
}

describe('the commands page and --help', () => {
  test('have the same commands', () => {
    expect(page.headings(/^## `imgpipe /).sort()).toEqual(commands.map(heading).sort());
  });

  test.each(commands.map((command) => [pathOf(command), command] as const))(
    'have the same options of %s',
    (_, command) => {
      const { own, common } = flagsOfHelp(command);
      const section = page.section(heading(command));
      expect(flagsIn(section)).toEqual(expect.arrayContaining(own));
      expect(flagsIn(prose(section)).filter((flag) => ![...own, ...common].includes(flag))).toEqual([]);
      expect(flagsIn(page.section(COMMON_HEADING))).toEqual(common);
    },
  );

  test.each(commands.map((command) => [pathOf(command), command] as const))('fit 80 columns: %s', (_, command) => {
    command.configureOutput({ getOutHelpWidth: () => 80 });
    const lines = command.helpInformation().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('each example', () => {
  const inPages = PAGES.flatMap((name) => blocks(readPage(name).text, 'sh'));
  const inHelp = [program, ...program.commands, ...commands].map((command) => {
    const written: string[] = [];
    command.configureOutput({ writeOut: (text) => written.push(text) });
    command.outputHelp();
    const [, example] = written.join('').split('Example:');
    expect(example, `${command.name()} --help has an example`).toMatch(/\$ imgpipe /);
    return example ?? '';
  });
  const lines = [...inPages, ...inHelp]
    .flatMap((text) => text.replaceAll('\\\n', ' ').split('\n'))
    .flatMap((line) => line.replace(/#.*/, '').split(/&&|\|\|?|;/))
    .map((line) =>
      line
        .replace(/^\s*(?:\$|npx|time)\s/, '')
        .replace(/[>&].*/, '')
        .trim(),
    )
    .filter((line) => /^imgpipe\b/.test(line));

  test('is found', () => {
    expect(lines.length).toBeGreaterThan(60);
  });

  test.each(lines)('parses: %s', async (line) => {
    const [, ...args] = line.split(/\s+/);
    const parsing = programOf(() => {});
    const parsed: string[] = [];
    for (const command of leavesOf(parsing)) {
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
