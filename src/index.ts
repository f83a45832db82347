/** The public API: a pipeline in a program of one's own, without the command line. */
import { compareFiles as compareConfigured } from './app/compare-files.ts';
import { openPipeline, type Pipeline } from './app/pipeline.ts';
import { type Given, loadConfig } from './config/load.ts';
import type { ComparedPictures } from './operations/compare-pictures.ts';

export type { Pipeline, ServeOptions, StageOptions } from './app/pipeline.ts';
export type { Given as Settings } from './config/load.ts';
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

/**
 * Opens the pipeline of a data folder, and makes it where there is none. The settings are those of the configuration
 * file, by their names in `Settings`; no environment variable is looked at.
 */
export async function createPipeline(settings: Given = {}): Promise<Pipeline> {
  return openPipeline({
    config: loadConfig({ given: settings, givenAs: 'name', env: {} }),
    command: 'program',
    create: true,
  });
}

/**
 * Compares two files without a pipeline, by the settings `technique`, `threshold`, `mask` and the limits on pictures.
 * Throws an `ImgpipeError`: `not_found`, or what is wrong with one of them.
 */
export async function compareFiles(reference: string, image: string, settings: Given = {}): Promise<ComparedPictures> {
  return compareConfigured(loadConfig({ given: settings, givenAs: 'name', env: {} }), reference, image);
}
