import { valueText } from '../base/value-text.ts';
import { type Given, loadConfig } from '../config/load.ts';
import type { Config, Settings } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { CustomTechnique } from '../ports/technique.ts';
import { type RegisteredTechnique, registerTechniques } from './custom-techniques.ts';

/** The settings of a program, and the techniques that it provides. */
export interface PipelineOptions extends Settings {
  readonly techniques?: readonly CustomTechnique[] | undefined;
}

/** The configuration of a program. Environment variables are not read. Throws `config_invalid`. */
export function configured(options: unknown): {
  readonly config: Config;
  readonly techniques: readonly RegisteredTechnique[];
} {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ImgpipeError('config_invalid', `settings: ${valueText(options)} is not valid: use an object of settings`);
  }
  const { techniques: given, ...settings } = options as Given & { readonly techniques?: unknown };
  const techniques = registerTechniques(given);
  const names = techniques.map(({ name }) => name);
  return { config: loadConfig({ given: settings, givenAs: 'name', env: {}, techniques: names }), techniques };
}
