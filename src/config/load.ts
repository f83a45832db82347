import path from 'node:path';
import { closestName } from '../base/closest-name.ts';
import { valueText } from '../base/value-text.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { readText } from './named-file.ts';
import { parseObject } from './parse-object.ts';
import type { ReadContext, Setting } from './setting.ts';
import { type Config, SETTINGS, type SettingName, variableOf } from './settings.ts';

/** The values given on the command line or by a program, by setting. */
export type Given = Partial<Record<SettingName, unknown>>;

export interface Sources {
  readonly given: Given;
  /** What errors call a given setting: its flag on a command line, its name in a program. */
  readonly givenAs: 'flag' | 'name';
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The configuration file's path, if one was named. */
  readonly file?: string | undefined;
  /** The names of the techniques that a program provides. */
  readonly techniques?: readonly string[];
}

/**
 * The configuration: flags over `IMGPIPE_*` variables over the file over defaults, each checked. An empty variable counts as
 * unset, and paths in the file are relative to the file. Throws `config_invalid`.
 */
export function loadConfig({ given, givenAs, env, file, techniques = [] }: Sources): Config {
  refuseUnknown('', Object.keys(given), Object.keys(SETTINGS));
  const inFile = file === undefined ? {} : readConfigFile(file);
  const check = checkIn({ techniques });
  const fromFile = (setting: Setting<unknown>) => {
    const value = check(setting, `${file}: ${setting.field}`, inFile[setting.field]);
    return file === undefined || !setting.isPath || !value ? value : path.resolve(path.dirname(file), String(value));
  };
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([name, setting]) => {
    const variable = variableOf(setting);
    const value =
      check(setting, givenAs === 'flag' ? `--${dashed(setting.field)}` : name, given[name as SettingName]) ??
      check(setting, variable, env[variable] || undefined) ??
      fromFile(setting) ??
      setting.fallback;
    return [name, value];
  });
  const config = Object.fromEntries(entries) as Config;
  return { ...config, wait: config.wait && !config.noWait };
}

/** The value of a setting that is given in another way, such as by an option of one command. Throws `config_invalid`. */
export function readSetting<T>(setting: Setting<T>, where: string, value: unknown): T {
  return checkIn({ techniques: [] })(setting, where, value) as T;
}

function checkIn(context: ReadContext) {
  return function check(setting: Setting<unknown>, where: string, value: unknown): unknown {
    if (value === undefined) return undefined;
    try {
      return setting.read(value, context);
    } catch (error) {
      if (error instanceof ImgpipeError) throw error;
      throw new ImgpipeError(
        'config_invalid',
        `${where}: ${shownValue(setting, value)} is not valid: use ${(error as Error).message}`,
      );
    }
  };
}

/** A value as an error may show it: no secret, and nothing that may contain one. */
function shownValue({ secret, isShown }: Setting<unknown>, value: unknown): string {
  const isHidden = secret === true || (typeof value === 'string' && isShown?.(value) === false);
  return isHidden ? 'the value' : valueText(value);
}

function refuseUnknown(where: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const closest = closestName(unknown, known);
  throw new ImgpipeError(
    'config_invalid',
    `${where}unknown setting ${valueText(unknown)}: ${closest === undefined ? 'the' : `did you mean ${closest}? The`} settings are ${known.join(', ')}`,
  );
}

/** Names the schema of the file, for editors. */
const SCHEMA = '$schema';

function readConfigFile(file: string): Record<string, unknown> {
  const content = parseObject(file, readText('the configuration file', file));
  const known = Object.values(SETTINGS).map((setting) => setting.field);
  const names = Object.keys(content).filter((name) => name !== SCHEMA);
  refuseUnknown(`${file}: `, names, known);
  return content;
}

function dashed(field: string): string {
  return field.replaceAll('_', '-');
}
