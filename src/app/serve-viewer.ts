import { aborted } from '../base/deadlines.ts';
import type { Config } from '../config/settings.ts';
import { viewerAccessOf } from '../config/viewer-access.ts';
import type { StageName } from '../domain/reports.ts';
import { refuseOtherStoreIfReached } from '../operations/other-store.ts';
import type { Status } from '../operations/status.ts';
import type { MetricsCatalog } from '../web/metrics.ts';
import { type Adapters, checkedIdentity } from './adapters.ts';

/** Options of the viewer. */
export interface ServeOptions {
  /** Stops the viewer. */
  readonly signal: AbortSignal;
  /** Called with the viewer's URL once it listens. */
  readonly onListening?: (url: string) => void;
  /** Called with each error of a request that is not the client's. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ServeParts {
  readonly config: Config;
  readonly adapters: Adapters;
  readonly status: () => Promise<Status>;
}

/** Serves the viewer until the signal. Throws `port_unavailable` and `config_invalid`. */
export async function serveViewer({ config, adapters, status }: ServeParts, options: ServeOptions): Promise<void> {
  const { signal, onListening, onFailure = () => {} } = options;
  const access = viewerAccessOf(config);
  const { catalog, store } = adapters;
  const check = async () => {
    await catalog.verify();
    await checkedIdentity(adapters);
  };
  await check();
  await refuseOtherStoreIfReached(adapters);
  const thumbnails = await adapters.thumbnails();
  try {
    // Loaded on demand, so that other commands start faster.
    const { startViewer } = await import('../web/viewer.ts');
    const server = await startViewer({ catalog, store, thumbnails, status, check, onFailure }, access);
    onListening?.(server.url);
    await aborted(signal);
    await server.close();
  } finally {
    await thumbnails.close();
  }
}

export interface MetricsParts {
  readonly stages: readonly StageName[];
  readonly config: Pick<Config, 'metrics'>;
  readonly catalog: MetricsCatalog;
}

/** Runs a stage's work, and serves metrics meanwhile if a port is set. Throws `port_unavailable`. */
export async function withMetrics<T>({ stages, config, catalog }: MetricsParts, work: () => Promise<T>): Promise<T> {
  if (config.metrics === 0 || stages.length === 0) return work();
  const { startMetrics } = await import('../web/viewer.ts');
  const server = await startMetrics(catalog, config.metrics);
  try {
    return await work();
  } finally {
    await server.close();
  }
}
