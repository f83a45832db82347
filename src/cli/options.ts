import { Command, Option } from 'commander';
import { type Given, loadConfig } from '../config/load.ts';
import { CONFIG_VARIABLE, misspeltVariables } from '../config/misspelt-variables.ts';
import type { Setting } from '../config/setting.ts';
import { type Config, SETTINGS, type SettingName, variableOf } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { escapeText } from '../domain/escape.ts';

/** The settings that every command takes. */
const COMMON = ['data', 'broker', 'catalog', 'store', 'topicPrefix', 'json', 'quiet', 'verbose'] as const;

/** The heading of the common options in the help of a command. */
const COMMON_GROUP = 'Options of every command:';

/** The option of a stage that otherwise runs until it is stopped. */
export const DRAIN = ['--drain', 'stop when the input is empty'] as const;

/** An option of every stage. */
export const REBIND = [
  '--rebind',
  'move the pipeline to this broker: publish what waits here, and forget the former broker',
] as const;

export interface CommandParts {
  readonly name: string;
  /** The settings that it takes in addition to the common ones. */
  readonly settings?: readonly SettingName[];
  /** Options that are not settings: flags and description. */
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** A command line, shown at the end of the help. */
  readonly example: string;
}

/** A command. Its help lists its own options before the common ones. */
export function commandOf({ name, settings = [], options = [], example }: CommandParts): Command {
  const command = new Command(name).addHelpText('after', `\nExample:\n  $ ${example}`).allowExcessArguments(false);
  for (const setting of settings) command.addOption(optionOf(setting));
  for (const [flags, description] of options) command.option(flags, description);
  for (const setting of COMMON) command.addOption(optionOf(setting).helpGroup(COMMON_GROUP));
  const config = new Option('--config <file>', `a JSON file with settings (env: ${CONFIG_VARIABLE})`);
  return command
    .addOption(config.helpGroup(COMMON_GROUP))
    .addHelpOption(new Option('-h, --help', 'show this help').helpGroup(COMMON_GROUP));
}

/** The name of a command, after the name of the program: `dead replay`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/**
 * The configuration of a command: its flags, then the environment, then the file given by `--config`. Prints a notice about
 * misspelt variables.
 */
export function configOf(command: Command): Config {
  const values = command.opts<Record<string, unknown>>();
  const flags: Given = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    // Commander keeps the value under the flag's name in camel case.
    const value = values[camel(SETTINGS[name].field)];
    if (value !== undefined) flags[name] = value;
  }
  // To commander, `--no-wait` is the opposite of `--wait`; the last one given counts.
  if (flags.wait !== undefined) flags.noWait = flags.wait === false;
  const config = loadConfig({ given: flags, givenAs: 'flag', env: process.env, file: fileOf(values) });
  const misspelt = misspeltVariables(process.env).map(
    ({ name, meant }) => `${escapeText(name)} (did you mean ${meant}?)`,
  );
  if (misspelt.length > 0 && !config.quiet)
    process.stderr.write(`ignored in the environment: ${misspelt.join(', ')}\n`);
  return config;
}

/** Whether the flag of a setting was given on the command line. */
export function isGiven(command: Command, name: SettingName): boolean {
  return command.opts<Record<string, unknown>>()[camel(SETTINGS[name].field)] !== undefined;
}

function fileOf(values: Record<string, unknown>): string | undefined {
  const file = values['config'] ?? process.env[CONFIG_VARIABLE];
  return typeof file === 'string' && file !== '' ? file : undefined;
}

function optionOf(name: SettingName): Option {
  const setting: Setting<unknown> = SETTINGS[name];
  if (setting.flag === undefined) throw new Error(`${setting.field} has no flag`);
  const fallback = setting.fallback === false || setting.fallback === '' ? '' : `default: ${shown(name)}, `;
  return new Option(setting.flag, `${setting.help} (${fallback}env: ${variableOf(setting)})`);
}

const HOUR_MS = 3_600_000;
const TIMES: ReadonlySet<SettingName> = new Set([
  'objectWait',
  'techniqueIdle',
  'maxPictureTime',
  'interval',
  'brokerTimeout',
  'kafkaConnectTimeout',
  'kafkaRequestTimeout',
  'kafkaSessionTimeout',
]);

/** The default of a setting as it would be typed. */
export function shown(name: SettingName): string {
  const { fallback } = SETTINGS[name];
  if (name === 'threshold') return String(SETTINGS[name].fallback.value);
  if (!TIMES.has(name)) return String(fallback);
  const time = Number(fallback);
  if (time === 0) return '0';
  return time % HOUR_MS === 0 ? `${time / HOUR_MS}h` : `${time / 1000}s`;
}

/** A parser of an argument that is a number from 1 up. The parser throws `usage`. */
export function numberNamed(name: string): (text: string) => number {
  return (text) => {
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new ImgpipeError(
      'usage',
      `${name}: ${JSON.stringify(text)} is not valid: use a positive whole number, such as 1`,
    );
  };
}

function camel(field: string): string {
  return field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
