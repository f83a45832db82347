import { realpathSync } from 'node:fs';
import { IN_FOLDER } from '../config/catalog-address.ts';
import { optionsFor } from '../config/copy-target.ts';
import { kafkaConnectionOf } from '../config/kafka-connection.ts';
import { postgresConnectionOf } from '../config/postgres-connection.ts';
import type { Config } from '../config/settings.ts';
import { FILES } from '../config/store-address.ts';
import { ImgpipeError } from '../domain/errors.ts';
import { fullAddress } from '../operations/bind-bus.ts';
import { type Copied, type CopyParts, copyPipeline } from '../operations/copy/copy.ts';
import { type CopyPlan, planCopy } from '../operations/copy/plan-copy.ts';
import type { CopyEnd } from '../operations/copy/target-state.ts';
import { refuseOtherPipelines } from '../operations/other-pipelines.ts';
import type { PipelineIdentity } from '../ports/catalog/pipeline.ts';
import { absolute, busOpener } from './adapters.ts';
import type { Access } from './data-folder.ts';
import { openAnyCatalog } from './open-catalog.ts';
import { openStore, s3StoreOf } from './open-store.ts';

/** Where a pipeline is, and where it goes. */
export interface Move {
  readonly config: Config;
  readonly target: Config;
}

export type CopyOptions = Pick<CopyParts, 'signal' | 'skipDamaged' | 'onProgress' | 'onStep'>;

/** Moves the configured pipeline to a target. Throws `not_found`, `in_use`, `moved`, `target_not_empty`. */
export async function copy(move: Move, options: CopyOptions): Promise<Copied> {
  const { config, target } = move;
  checkTarget(move);
  const as = `imgpipe copy (process ${process.pid})`;
  return withEnds(async (open) => {
    const source = await open(config, { access: 'existing', as });
    return copyPipeline({
      ...options,
      source,
      openTarget: (pipelineId) => open(target, { access: 'create', as, pipelineId }),
      checkBus: (pipeline) => checkBus(target, pipeline),
      to: optionsFor(target),
      busAddress: busAddressOf(target),
      as,
    });
  });
}

/** What a copy would do, without doing anything. */
export async function planOf(move: Move): Promise<CopyPlan> {
  const { config, target } = move;
  checkTarget(move);
  const as = `imgpipe copy (process ${process.pid})`;
  return withEnds(async (open) => {
    const source = await open(config, { access: 'read', as });
    const { pipelineId } = await source.catalog.identity();
    const found = await open(target, { access: 'read', as, pipelineId }).catch((error) => {
      if (error instanceof ImgpipeError && error.code === 'not_found') return undefined;
      throw error;
    });
    return planCopy({ source, target: found, to: optionsFor(target) });
  });
}

interface EndOptions {
  readonly access: Access;
  readonly as: string;
  /** Whose objects the store has, if not those of the catalog's own pipeline. */
  readonly pipelineId?: string;
}

type OpenEnd = (config: Config, options: EndOptions) => Promise<CopyEnd>;

/** Does work with ends that it opens, and closes them. */
async function withEnds<T>(work: (open: OpenEnd) => Promise<T>): Promise<T> {
  const closings: (() => Promise<void> | void)[] = [];
  try {
    return await work(async (config, { pipelineId, ...options }) => {
      const folder = absolute(config.data);
      // The settings of a connection to S3 may be those of the other end.
      const connection = config.store === FILES ? undefined : s3StoreOf(config);
      const { catalog } = await openAnyCatalog(config, folder, options);
      closings.push(catalog.close);
      const { storeOf, close } = await openStore(connection, folder, catalog);
      closings.push(close);
      return { catalog, store: storeOf(pipelineId ?? (await catalog.identity()).pipelineId) };
    });
  } finally {
    for (const close of closings) await close();
  }
}

/** Throws `config_invalid` for a target that cannot be one, or where the catalog would stay where it is. */
function checkTarget({ config, target }: Move): void {
  postgresConnectionOf(target, process.env);
  kafkaConnectionOf(target);
  const isSame = config.catalog === target.catalog && (config.catalog !== IN_FOLDER || isSameFolder(config, target));
  if (!isSame) return;
  throw new ImgpipeError(
    'config_invalid',
    'the target has the same catalog as the pipeline: name another one with --to-catalog, or another folder with --to-data',
  );
}

function isSameFolder(one: Config, other: Config): boolean {
  return realFolder(one.data) === realFolder(other.data);
}

function realFolder(folder: string): string {
  const resolved = absolute(folder);
  try {
    return realpathSync(resolved);
  } catch {
    return resolved;
  }
}

/** The address of the bus with the prefix of its topics, as catalogs know it; undefined for an embedded one. */
function busAddressOf({ broker, topicPrefix }: Config): string | undefined {
  if (broker === 'embedded') return undefined;
  return fullAddress({ address: broker, nameOf: (name) => topicPrefix + name });
}

/** Throws if the broker at the target cannot be used, or another pipeline works under the prefix. */
async function checkBus(target: Config, pipeline: PipelineIdentity): Promise<void> {
  const connection = kafkaConnectionOf(target);
  if (connection === undefined) return;
  const open = busOpener(connection, 'copy', () => {
    throw new Error('there is a connection to Kafka');
  });
  const bus = await open({ check: true });
  try {
    await refuseOtherPipelines(bus, pipeline);
  } finally {
    await bus.close();
  }
}
