import type { Status } from '../operations/status.ts';
import type { ViewCatalog } from '../operations/view.ts';
import type { BrowsingCatalog } from '../ports/catalog/browsing.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';
import type { MetricsCatalog } from './metrics.ts';
import type { PictureStore } from './pictures.ts';

/** What the viewer reads. Only `status` asks the broker. */
export interface ViewerParts {
  readonly catalog: BrowsingCatalog & ViewCatalog & MetricsCatalog;
  readonly store: PictureStore;
  readonly thumbnails: Thumbnails;
  readonly status: () => Promise<Status>;
  /** Throws `clean_unfinished` while the pipeline must not be read, and `catalog_replaced` once it is another one's. */
  readonly check: () => Promise<unknown>;
  /** Called with each error that is not the client's. */
  readonly onFailure: (error: unknown) => void;
}
