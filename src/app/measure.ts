import { TECHNIQUES } from '../analysis/techniques.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Measure } from '../ports/comparator.ts';
import type { RegisteredTechnique } from './custom-techniques.ts';

/** The configured technique and threshold. Throws `config_invalid` if the threshold's unit does not suit the technique. */
export function measureOf(
  config: Pick<Config, 'technique' | 'threshold'>,
  custom: readonly RegisteredTechnique[] = [],
): Measure {
  const technique = techniqueNamed(config.technique, custom);
  const { value, unit = technique.unit } = config.threshold;
  if (unit !== technique.unit && !(unit === '%' && technique.unit === 'px')) {
    throw new ImgpipeError(
      'config_invalid',
      `threshold: ${value}${unit} is not valid for the technique ${technique.name}, whose unit is ${technique.unit}: use a plain number`,
    );
  }
  return { technique: technique.id, threshold: { value, unit } };
}

function techniqueNamed(name: string, custom: readonly RegisteredTechnique[]) {
  const found = [...TECHNIQUES, ...custom].find((technique) => technique.name === name);
  if (found === undefined) throw new Error(`technique ${name} does not exist`);
  return found;
}
