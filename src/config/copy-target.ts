import path from 'node:path';
import { IN_FOLDER } from './catalog-address.ts';
import { readSetting } from './load.ts';
import { type Config, SETTINGS } from './settings.ts';
import { FILES } from './store-address.ts';

/** The options of `copy` that say where the pipeline goes. */
export interface TargetOptions {
  readonly toData?: string | undefined;
  readonly toCatalog?: string | undefined;
  readonly toStore?: string | undefined;
  readonly toBroker?: string | undefined;
  readonly toTopicPrefix?: string | undefined;
}

/** The settings at the target, by option. */
const READ = {
  data: ['--to-data', 'toData'],
  catalog: ['--to-catalog', 'toCatalog'],
  store: ['--to-store', 'toStore'],
  broker: ['--to-broker', 'toBroker'],
  topicPrefix: ['--to-topic-prefix', 'toTopicPrefix'],
} as const;

type TargetSetting = keyof typeof READ;

/**
 * The configuration at the target of a copy. What no option names stays as it is; with another data folder, catalog and store are
 * in it. Throws `config_invalid`.
 */
export function targetConfigOf(config: Config, options: TargetOptions): Config {
  const given = Object.fromEntries(
    (Object.keys(READ) as TargetSetting[]).flatMap((name) => {
      const [flag, option] = READ[name];
      const value = options[option];
      return value === undefined ? [] : [[name, readSetting(SETTINGS[name], flag, value)]];
    }),
  );
  const inFolder = options.toData === undefined ? {} : { catalog: IN_FOLDER, store: FILES };
  return { ...config, ...inFolder, ...given };
}

/** The options with which commands use the pipeline of this configuration, as they are typed in a shell. */
export function optionsFor({ data, catalog, store, broker, topicPrefix }: Config): string {
  const options: string[][] = [
    ...(catalog === IN_FOLDER || store === FILES ? [['--data', path.resolve(data)]] : []),
    ...(catalog === IN_FOLDER ? [] : [['--catalog', catalog]]),
    ...(store === FILES ? [] : [['--store', store]]),
    ...(broker === 'embedded' ? [] : [['--broker', broker]]),
    ...(broker === 'embedded' || topicPrefix === '' ? [] : [['--topic-prefix', topicPrefix]]),
  ];
  return options.map(([flag = '', value = '']) => `${flag} ${quoted(value)}`).join(' ');
}

function quoted(value: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
