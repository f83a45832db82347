import { TECHNIQUES, type Technique } from '../analysis/techniques.ts';
import type { Config } from '../config/settings.ts';
import { ImgpipeError } from '../domain/errors.ts';
import type { Measure } from '../ports/comparator.ts';

/** The configured technique and threshold. Throws `config_invalid` if the threshold's unit does not suit the technique. */
export function measureOf(config: Pick<Config, 'technique' | 'threshold'>): Measure {
  const technique = techniqueNamed(config.technique);
  const { value, unit = technique.unit } = config.threshold;
  if (unit !== technique.unit && !(unit === '%' && technique.unit === 'px')) {
    throw new ImgpipeError(
      'config_invalid',
      `threshold: ${value}${unit} is not valid for the technique ${technique.name}, which measures in ${technique.unit}: use a plain number`,
    );
  }
  return { technique: technique.id, threshold: { value, unit } };
}

function techniqueNamed(name: string): Technique {
  const found = TECHNIQUES.find((technique) => technique.name === name);
  if (found === undefined) throw new Error(`there is no technique ${name}`);
  return found;
}
