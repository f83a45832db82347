import { Command, Option } from 'commander';
import { type Given, loadConfig } from '../config/load.ts';
import type { Setting } from '../config/setting.ts';
import { type Config, SETTINGS, type SettingName, variableOf } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';

/** The settings that every command takes. */
const COMMON = ['data', 'broker', 'topicPrefix', 'json', 'quiet', 'verbose'] as const;

/** Names the configuration file where no flag does. */
const CONFIG_VARIABLE = 'IMGPIPE_CONFIG';

/** The group of the common options in a command's help. */
const COMMON_GROUP = 'Options of every command:';

/** The option of a stage that goes on until it is told to stop. */
export const DRAIN = ['--drain', 'end when nothing waits'] as const;

export interface CommandParts {
  readonly name: string;
  /** The settings that it takes besides the common ones. */
  readonly settings?: readonly SettingName[];
  /** Options that are no settings: flags and description. */
  readonly options?: readonly (readonly [flags: string, description: string])[];
  /** A command line, shown below the help. */
  readonly example: string;
}

/** A command with its own options before the common ones. */
export function commandOf({ name, settings = [], options = [], example }: CommandParts): Command {
  const command = new Command(name).addHelpText('after', `\nExample:\n  $ ${example}`).allowExcessArguments(false);
  for (const setting of settings) command.addOption(optionOf(setting));
  for (const [flags, description] of options) command.option(flags, description);
  for (const setting of COMMON) command.addOption(optionOf(setting).helpGroup(COMMON_GROUP));
  const config = new Option('--config <file>', `a JSON file of settings (env: ${CONFIG_VARIABLE})`);
  return command
    .addOption(config.helpGroup(COMMON_GROUP))
    .addHelpOption(new Option('-h, --help', 'show this help').helpGroup(COMMON_GROUP));
}

/** A command's words after the program's name: `dead replay`. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}

/** The command's configuration: what its flags say, over the environment, over the file that `--config` names. */
export function configOf(command: Command): Config {
  const values = command.opts<Record<string, unknown>>();
  const flags: Given = {};
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    // Commander names a flag's value in camel case, after the flag.
    const value = values[camel(SETTINGS[name].field)];
    if (value !== undefined) flags[name] = value;
  }
  return loadConfig({ given: flags, givenAs: 'flag', env: process.env, file: fileOf(values) });
}

/** True where the flag of a setting stands on the command line. */
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

const TIMES: ReadonlySet<SettingName> = new Set([
  'objectWait',
  'maxPictureTime',
  'interval',
  'kafkaConnectTimeout',
  'kafkaRequestTimeout',
  'kafkaSessionTimeout',
]);

/** A setting's default as people would type it. */
export function shown(name: SettingName): string {
  const { fallback } = SETTINGS[name];
  if (name === 'threshold') return String(SETTINGS[name].fallback.value);
  if (!TIMES.has(name)) return String(fallback);
  return fallback === 0 ? '0' : `${Number(fallback) / 1000}s`;
}

/** Reads an argument that is a number counted from 1, such as an alert's. What it reads throws `usage`. */
export function numberNamed(name: string): (text: string) => number {
  return (text) => {
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new ImgpipeError(
      'usage',
      `${name}: ${JSON.stringify(text)} will not do: give a positive whole number, such as 1`,
    );
  };
}

function camel(field: string): string {
  return field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
