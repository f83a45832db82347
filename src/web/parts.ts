import type { Status } from '../operations/status.ts';
import type { Catalog } from '../ports/catalog/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Thumbnails } from '../ports/thumbnails.ts';

/** What the viewer is made of: it reads catalog and store, and asks the broker for the status alone. */
export interface ViewerParts {
  readonly catalog: Catalog;
  readonly store: ObjectStore;
  readonly thumbnails: Thumbnails;
  readonly status: () => Promise<Status>;
  /** Throws `clean_unfinished` where nothing is to be shown. */
  readonly check: () => Promise<unknown>;
  /** Is told what went wrong that was not whoever asked. */
  readonly onFailure: (error: unknown) => void;
}
