import { aborted } from '../base/deadlines.ts';
import type { Config } from '../config/settings.ts';
import { viewerAccessOf } from '../config/viewer-access.ts';
import type { StageName } from '../domain/reports.ts';
import type { Status } from '../operations/status.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { Adapters } from './adapters.ts';
import { checkedIdentity } from './checked-identity.ts';

/** How the viewer is run: until the signal. */
export interface ServeOptions {
  readonly signal: AbortSignal;
  /** Is told the viewer's address once it listens. */
  readonly onListening?: (url: string) => void;
  /** Is told what goes wrong with an answer, and is not to blame on whoever asked. */
  readonly onFailure?: (error: unknown) => void;
}

export interface ServeParts {
  readonly config: Config;
  readonly adapters: Adapters;
  readonly status: () => Promise<Status>;
}

/** Shows what catalog and store have until the signal. Throws `port_unavailable` and `config_invalid`. */
export async function serveViewer({ config, adapters, status }: ServeParts, options: ServeOptions): Promise<void> {
  const { signal, onListening, onFailure = () => {} } = options;
  const access = viewerAccessOf(config);
  await checkedIdentity(adapters);
  const { catalog, store } = adapters;
  const thumbnails = await adapters.thumbnails();
  try {
    // Loaded by those who need it: everything else starts faster without.
    const { startViewer } = await import('../web/viewer.ts');
    const check = () => checkedIdentity(adapters);
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
  readonly catalog: Catalog;
}

/** Does a stage's work, and tells figures meanwhile where a port is set for that. Throws `port_unavailable`. */
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
