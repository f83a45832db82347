import { rejectedPaths } from '../adapters/files/source.ts';
import type { Config } from '../config/settings.ts';
import { measureOf } from './measure.ts';

export interface StageInputs {
  readonly command: 'receive' | 'analyze' | 'alert' | 'run';
  readonly config: Config;
  /** The given files and folders. */
  readonly paths: readonly string[];
}

/**
 * Checks what a stage is given, before anything is created or consumed. Resolves with the paths and the reasons if none of
 * them can be read: there is nothing to do then. Throws `config_invalid`.
 */
export async function checkInputs({ command, config, paths }: StageInputs) {
  if (command === 'analyze' || command === 'run') measureOf(config);
  const rejected = await rejectedPaths(paths);
  if (config.mask !== '' && rejected.length === 0 && (command === 'receive' || command === 'run')) {
    // Codecs are loaded only when needed, to keep the start-up of other commands short.
    const { maskOf } = await import('./pixel-adapters.ts');
    await maskOf(config);
  }
  return rejected;
}
