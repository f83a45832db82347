import { ImgpipeError } from '../domain/errors.ts';
import { differenceKey, imageKey, maskKey } from '../domain/object-keys.ts';
import type { AlertCatalog } from '../ports/catalog/alerts.ts';
import type { AlertEntry, BrowsingCatalog } from '../ports/catalog/browsing.ts';
import type { OutcomeCatalog } from '../ports/catalog/outcomes.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** An alert with its event, its images and the paths of its pictures. */
export interface AlertView extends AlertEntry {
  /** Absolute paths. */
  readonly paths: {
    readonly image: string;
    readonly reference: string;
    readonly difference: string;
    /** Null without a mask. */
    readonly mask: string | null;
  };
}

/** What `view` reads. */
export type ViewCatalog = Pick<BrowsingCatalog, 'alertEntries' | 'alertRange'> &
  Pick<OutcomeCatalog, 'events'> &
  Pick<AlertCatalog, 'alerts'>;

/** The alert with this number. Throws `not_found`, naming the range that exists. */
export async function view(
  catalog: ViewCatalog,
  store: Pick<ObjectStore, 'locate'>,
  number: number,
): Promise<AlertView> {
  const [entry] = await catalog.alertEntries([number]);
  if (entry === undefined) throw await notFound(catalog, number);
  return withPaths(entry, store);
}

/** An alert's rows with the paths of its pictures. */
export function withPaths(entry: AlertEntry, store: Pick<ObjectStore, 'locate'>): AlertView {
  const { event, image, reference } = entry;
  return {
    ...entry,
    paths: {
      image: store.locate(imageKey(image)),
      reference: store.locate(imageKey(reference)),
      difference: store.locate(differenceKey(event)),
      mask: image.mask === null ? null : store.locate(maskKey(image.mask)),
    },
  };
}

async function notFound(catalog: ViewCatalog, number: number): Promise<ImgpipeError> {
  const [event] = await catalog.events([number]);
  if (event !== undefined) {
    const [alert] = await catalog.alerts([number]);
    if (alert?.state === 'ready') {
      return new ImgpipeError(
        'not_found',
        `the images of alert ${number} are missing from the catalog: run 'imgpipe status --check'`,
      );
    }
    return new ImgpipeError('not_found', `event ${number} has no alert yet: run 'imgpipe alert'`);
  }
  const range = await catalog.alertRange();
  const what = range === undefined ? 'there are no alerts yet' : `the alerts are ${range.first} to ${range.last}`;
  return new ImgpipeError('not_found', `alert ${number} does not exist: ${what}`);
}
