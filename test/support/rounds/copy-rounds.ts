import { openReader } from '../../../src/app/reader.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { ImgpipeError } from '../../../src/domain/errors.ts';
import type { Copied, CopyStep } from '../../../src/operations/copy/copy.ts';
import { imgpipe, startProgram } from '../imgpipe.ts';
import { type BusSettings, openAt } from './site.ts';

/** Where a pipeline can be: the data folder, and settings as environment variables. */
export interface Place {
  readonly data: string;
  readonly settings: BusSettings;
  /** The options of `copy` that lead here, without their leading `--`. */
  readonly to: Readonly<Record<'toData' | 'toCatalog' | 'toStore' | 'toBroker' | 'toTopicPrefix', string | undefined>>;
}

/** Receives generated images and runs all stages, until nothing is open. */
export async function fill({ data, settings }: Place, count: number): Promise<void> {
  const pipeline = await openAt(data, settings, { count });
  await pipeline.run([], { signal: new AbortController().signal, onReport: () => {} });
  await pipeline.close();
}

/** Moves a pipeline in a process that is killed at a step, the `which`-th time. Resolves with whether it was. */
export async function killCopy(from: Place, to: Place, step: CopyStep, which: number): Promise<boolean> {
  const args = [from.data, JSON.stringify(to.to), step, String(which)];
  const { status, signal, stderr } = await startProgram('copy-until-step.ts', args, { env: connecting(from, to) })
    .ended;
  if (signal === null && status !== 0) throw new Error(`the copy has ended with ${status}: ${stderr}`);
  return signal === 'SIGKILL';
}

/** Moves a pipeline with the command. Resolves with what it prints. */
export async function finishCopy(from: Place, to: Place): Promise<Partial<Copied> & Record<string, unknown>> {
  const options = Object.entries(to.to).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value],
  );
  const ended = await imgpipe(['copy', '--data', from.data, ...options, '--json'], { env: connecting(from, to) });
  if (ended.status !== 0) throw new Error(`copy has ended with ${ended.status ?? ended.signal}: ${ended.stderr}`);
  return JSON.parse(ended.stdout) as Record<string, unknown>;
}

/** Which of the places are in use: at the others, a command says that the pipeline was moved, or that a copy is unfinished. */
export async function inUse(...places: readonly Place[]): Promise<Place[]> {
  const found: Place[] = [];
  for (const place of places) if (await isInUse(place)) found.push(place);
  return found;
}

async function isInUse({ data, settings }: Place): Promise<boolean> {
  const config = loadConfig({ given: { data }, givenAs: 'name', env: settings });
  try {
    await (await openReader({ config, command: 'test' })).close();
    return true;
  } catch (error) {
    if (error instanceof ImgpipeError && ['moved', 'copy_unfinished', 'not_found'].includes(error.code)) return false;
    throw error;
  }
}

/** How servers of either place are reached. Those of the place where the pipeline is say where it is. */
function connecting(from: Place, to: Place): Record<string, string> {
  const { IMGPIPE_CATALOG: _, IMGPIPE_STORE: __, IMGPIPE_BROKER: ___, ...rest } = to.settings;
  return { ...rest, ...from.settings };
}
