import { Command, InvalidArgumentError, Option } from 'commander';
import { type Given, loadConfig } from '../config/load.ts';
import { type Config, SETTINGS, type SettingName, variableOf } from '../config/settings.ts';

/** The settings that every command takes. */
const COMMON: readonly SettingName[] = ['data', 'broker', 'json', 'quiet', 'verbose'];

/** A command with its own settings and the common ones, and an example below its help. */
export function commandOf(name: string, settings: readonly SettingName[], example: string): Command {
  const command = new Command(name).addHelpText('after', `\nExample:\n  $ ${example}`);
  for (const setting of [...settings, ...COMMON]) command.addOption(optionOf(setting));
  return command.option('--config <file>', 'a JSON file of settings').allowExcessArguments(false);
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
  return loadConfig({ flags, env: process.env, file: fileOf(values) });
}

/** True where the flag of a setting stands on the command line. */
export function isGiven(command: Command, name: SettingName): boolean {
  return command.opts<Record<string, unknown>>()[camel(SETTINGS[name].field)] !== undefined;
}

function fileOf(values: Record<string, unknown>): string | undefined {
  const file = values['config'] ?? process.env['IMGPIPE_CONFIG'];
  return typeof file === 'string' && file !== '' ? file : undefined;
}

function optionOf(name: SettingName): Option {
  const setting = SETTINGS[name];
  const fallback = setting.fallback === false ? '' : `, otherwise ${shown(name)}`;
  return new Option(setting.flag, `${setting.help} (${variableOf(setting)}${fallback})`);
}

/** A setting's default as people would type it. */
export function shown(name: SettingName): string {
  const { fallback } = SETTINGS[name];
  if (name === 'objectWait' || name === 'interval') return fallback === 0 ? '0' : `${Number(fallback) / 1000}s`;
  return String(fallback);
}

/** A positive integer, as an argument. */
export function positiveInteger(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a positive whole number, such as 12.');
  }
  return value;
}

function camel(field: string): string {
  return field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
