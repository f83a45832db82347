/** The public API: a pipeline in a program, without the command line. */
import { type ComparedFiles, compareInProgram } from './app/compare-in-program.ts';
import { openPipeline } from './app/pipeline.ts';
import { configured, type PipelineOptions } from './app/program-settings.ts';
import { type Pipeline, publicPipeline } from './app/public-pipeline.ts';

export type { ComparedFiles } from './app/compare-in-program.ts';
export type { PipelineOptions } from './app/program-settings.ts';
export type { PipelineInput, SourcePicture } from './app/program-source.ts';
export type { Pipeline, ServeCallOptions, StatusCallOptions } from './app/public-pipeline.ts';
export type { ReportLine, StageCallOptions } from './app/stage-calls.ts';
export type { Settings } from './config/settings.ts';
export { type Blame, ERROR_CODES, type ErrorCode, ImgpipeError, Stopped } from './domain/errors.ts';
export type { CleanJson } from './domain/json/clean.ts';
export type { DeadLetterJson, DeadLetterLine, ReplayLine } from './domain/json/dead-letters.ts';
export type { NoticeLine } from './domain/json/notice-lines.ts';
export type { RanJson, ReceivedJson } from './domain/json/received.ts';
export type { AlertLine, ImageLine, OutcomeLine, ResultLine } from './domain/json/result-lines.ts';
export type { LivenessJson, StatusJson } from './domain/json/status.ts';
export type { ViewJson } from './domain/json/view.ts';
export { STEPS, type StageName, type Step } from './domain/reports.ts';
export type { ImageSource, SourceItem, StreamPosition } from './ports/image-source.ts';
export type { CustomTechnique, TechniqueContext, TechniqueResult } from './ports/technique.ts';

/**
 * Opens the pipeline of a data folder, and creates it if there is none. The settings are those of the configuration file
 * in camel case; environment variables are not read. Throws an `ImgpipeError`, such as `config_invalid`.
 */
export async function createPipeline(options: PipelineOptions = {}): Promise<Pipeline> {
  const { config, techniques } = configured(options);
  return publicPipeline(await openPipeline({ config, techniques, command: 'program', access: 'create' }), config);
}

/**
 * Compares two files without a pipeline, by the settings `technique`, `threshold`, `mask` and the limits on pictures.
 * Throws an `ImgpipeError`: `not_found`, or an error that names the file.
 */
export async function compareFiles(
  reference: string,
  image: string,
  options: PipelineOptions = {},
): Promise<ComparedFiles> {
  return compareInProgram(reference, image, options);
}
