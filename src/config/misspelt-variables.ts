import { closestName } from '../base/closest-name.ts';
import type { Sources } from './load.ts';
import { SETTINGS, variableOf } from './settings.ts';

const PREFIX = 'IMGPIPE_';

/** Names the configuration file if `--config` does not. */
export const CONFIG_VARIABLE = `${PREFIX}CONFIG`;

/** The variables that look like a misspelt one of ours, each with the one that was probably meant. */
export function misspeltVariables(env: Sources['env']): readonly { readonly name: string; readonly meant: string }[] {
  const known = [...Object.values(SETTINGS).map(variableOf), CONFIG_VARIABLE].map((name) => name.slice(PREFIX.length));
  return Object.keys(env).flatMap((name) => {
    const rest = name.slice(PREFIX.length);
    if (!name.startsWith(PREFIX) || known.includes(rest)) return [];
    const meant = closestName(rest, known);
    return meant === undefined ? [] : [{ name, meant: PREFIX + meant }];
  });
}
