/** The public API: a pipeline in a program of one's own, without the command line. */
import { compareFiles as compareConfigured } from './app/compare-files.ts';
import { registerTechniques } from './app/custom-techniques.ts';
import { openPipeline, type Pipeline } from './app/pipeline.ts';
import { loadConfig } from './config/load.ts';
import type { Settings } from './config/settings.ts';
import type { ComparedPictures } from './operations/compare-pictures.ts';
import type { CustomTechnique } from './ports/technique.ts';

export type { Pipeline, ServeOptions, StageOptions } from './app/pipeline.ts';
export type { Settings } from './config/settings.ts';
export { type Blame, ERROR_CODES, type ErrorCode, ImgpipeError, Stopped } from './domain/errors.ts';
export type { Message } from './domain/messages.ts';
export type {
  AlertRecord,
  DeadLetterHead,
  DeadLetterRecord,
  EventRecord,
  ImageRecord,
  NewDeadLetter,
  OutcomeRecord,
} from './domain/records.ts';
export { type Observer, type Report, STEPS, type StageName, type Step } from './domain/reports.ts';
export type { Liveness } from './operations/alive.ts';
export type { CleanPlan } from './operations/clean.ts';
export type { ComparedPicture, ComparedPictures } from './operations/compare-pictures.ts';
export type { Replayed } from './operations/replay.ts';
export type { Status } from './operations/status.ts';
export type { AlertView } from './operations/view.ts';
export type { CustomTechnique, TechniqueContext, TechniqueResult } from './ports/technique.ts';

/** The settings of a program, and the techniques that it brings. */
export interface PipelineOptions extends Settings {
  readonly techniques?: readonly CustomTechnique[];
}

/**
 * Opens the pipeline of a data folder, and creates it if there is none. The settings are those of the configuration file
 * in camel case; environment variables are not read. Throws an `ImgpipeError`, such as `config_invalid`.
 */
export async function createPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const { config, techniques } = configured(options);
  return openPipeline({ config, techniques, command: 'program', create: true });
}

/**
 * Compares two files without a pipeline, by the settings `technique`, `threshold`, `mask` and the limits on pictures.
 * Throws an `ImgpipeError`: `not_found`, or an error that names the file.
 */
export async function compareFiles(
  reference: string,
  image: string,
  options: PipelineOptions = {},
): Promise<ComparedPictures> {
  const { config, techniques } = configured(options);
  return compareConfigured(config, reference, image, techniques);
}

function configured({ techniques: given, ...settings }: PipelineOptions) {
  const techniques = registerTechniques(given);
  const names = techniques.map(({ name }) => name);
  return { config: loadConfig({ given: settings, givenAs: 'name', env: {}, techniques: names }), techniques };
}
