import { type ImageRecord, type OriginFile, pathOf } from '../../domain/records.ts';
import type { ImageCatalog, StreamHolder } from '../../ports/catalog/images.ts';
import type { SourceFiles } from '../../ports/image-source.ts';
import { type RetryContext, withRetry } from '../retry.ts';
import type { Candidate, KnownImage } from './intake.ts';

export interface KnownImagesParts {
  readonly catalog: Pick<ImageCatalog, 'newestImages' | 'imagesOfFiles' | 'writeImages'>;
  readonly holder: StreamHolder;
  readonly retry: RetryContext;
  /** The source's files; undefined if it has none. */
  readonly files: SourceFiles | undefined;
}

/** Candidates with the same content from files with the same facts. */
interface Group {
  readonly sha256: string;
  readonly file: OriginFile;
  readonly left: Candidate[];
  /** The number of the last image that was looked at. */
  after: number;
}

const PAGE = 100;
/** At most this many images of one group are looked for at their paths. Files beyond them are new images. */
const MAX_CHECKED = 2000;

/**
 * Finds the candidates that are images of the stream already, and records the new path of those whose file was moved. A
 * candidate that is retried may have a row of its own already, which does not count.
 *
 * A moved file has the same content and time of modification as an image's, whose path it has left. Content alone would
 * not do: where each file is removed once it is received, two black frames in a row would become one.
 */
export async function findKnownImages(
  { catalog, holder, retry, files }: KnownImagesParts,
  candidates: readonly Candidate[],
): Promise<ReadonlyMap<Candidate, KnownImage>> {
  const { stream } = holder;
  const known = new Map<Candidate, KnownImage>();
  const queries = candidates.map(({ row }) => ({ stream, path: row.origin }));
  const newest = await withRetry(retry, () => catalog.newestImages(queries));
  const unknown = candidates.filter((candidate, index) => {
    const image = newest[index];
    if (image?.receiptId === candidate.row.receiptId) return false;
    if (image?.sha256 !== candidate.row.sha256) return true;
    known.set(candidate, { number: image.number });
    return false;
  });
  if (files === undefined) return known;

  let groups = groupsOf(unknown);
  const moved: { number: number; path: string }[] = [];

  /** Finds the candidate that an image's file is. */
  async function assign({ left }: Group, image: ImageRecord, { hasLeft }: SourceFiles): Promise<void> {
    const own = left.findIndex(({ row }) => row.receiptId === image.receiptId);
    if (own >= 0) {
      left.splice(own, 1);
      return;
    }
    const path = pathOf(image);
    const here = left.findIndex(({ row }) => row.origin === path);
    if (here < 0 && !(await hasLeft(path, image))) return;
    const [candidate] = left.splice(Math.max(here, 0), 1);
    if (candidate === undefined) return;
    known.set(candidate, { number: image.number, ...(here < 0 && { movedFrom: path }) });
    if (here < 0) moved.push({ number: image.number, path: candidate.row.origin });
  }

  for (let checked = 0; groups.length > 0 && checked < MAX_CHECKED; checked += PAGE) {
    const pages = await withRetry(retry, () =>
      catalog.imagesOfFiles(groups.map(({ left: _left, ...group }) => ({ ...group, stream, limit: PAGE }))),
    );
    for (const [index, group] of groups.entries()) {
      for (const image of pages[index] ?? []) {
        group.after = image.number;
        if (group.left.length > 0) await assign(group, image, files);
      }
    }
    groups = groups.filter(({ left }, index) => left.length > 0 && pages[index]?.length === PAGE);
  }
  if (moved.length > 0) await withRetry(retry, () => catalog.writeImages(holder, { moved }));
  return known;
}

function groupsOf(candidates: readonly Candidate[]): Group[] {
  const groups = new Map<string, Group>();
  for (const candidate of candidates) {
    const { sha256, file } = candidate.row;
    if (file === null) continue;
    const key = `${sha256} ${file.modifiedAt}`;
    const group = groups.get(key) ?? { sha256, file, left: [], after: 0 };
    group.left.push(candidate);
    groups.set(key, group);
  }
  return [...groups.values()];
}
