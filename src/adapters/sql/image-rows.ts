import { LockLost } from '../../domain/errors.ts';
import type { ImageId, ImageRecord, NewImage } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery, SameFileQuery, StreamHolder } from '../../ports/catalog/images.ts';
import { distinct } from './distinct.ts';
import { imageOf, positionValues } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { all, get, type Row, run, together, type Work } from './work.ts';

export function createImageRows(db: SqlDatabase): ImageCatalog {
  /** Does work in one transaction, in which the holder's token is the stream's. */
  function writeAs<T>({ stream, token }: StreamHolder, work: () => Work<T>): Promise<T> {
    return db.write(function* () {
      const fenced = yield* run('UPDATE stream SET token = token WHERE stream = ? AND token = ?', stream, token);
      if (fenced === 0) throw new LockLost();
      return yield* work();
    });
  }

  return {
    fenceStream: ({ stream, token }) =>
      db.write(function* () {
        yield* run(
          `INSERT INTO stream (stream, last_number, token) VALUES (?, 0, ?)
           ON CONFLICT (stream) DO UPDATE SET token = excluded.token`,
          stream,
          token,
        );
      }),

    writeImages: (holder, { published = [], ready = [], added = [], moved = [] }) =>
      writeAs(holder, function* () {
        const changes = [
          ...published.map(({ number, position }) =>
            run(
              `UPDATE image SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
               WHERE stream = ? AND number = ?`,
              ...positionValues(position),
              holder.stream,
              number,
            ),
          ),
          ...ready.map((number) =>
            run(
              "UPDATE image SET state = 'ready' WHERE stream = ? AND number = ? AND state = 'pending'",
              holder.stream,
              number,
            ),
          ),
          ...moved.map(({ number, path }) =>
            run(
              'UPDATE image SET moved_to = nullif(?, origin) WHERE stream = ? AND number = ?',
              path,
              holder.stream,
              number,
            ),
          ),
        ];
        if (changes.length > 0) yield* together(changes, (change) => change);
        return added.length === 0 ? [] : yield* addAll(holder.stream, added);
      }),

    nextImageAttempt: (holder, numbers) =>
      writeAs(holder, function* () {
        const changed = yield* together(numbers, (number) =>
          get(
            "UPDATE image SET attempt = attempt + 1 WHERE stream = ? AND number = ? AND state = 'pending' RETURNING *",
            holder.stream,
            number,
          ),
        );
        return changed.flatMap((row) => (row === undefined ? [] : [imageOf(row)]));
      }),

    withdrawImages: (holder, from) =>
      writeAs(holder, function* () {
        const withdrawn = yield* run(
          "DELETE FROM image WHERE stream = ? AND number >= ? AND state = 'pending'",
          holder.stream,
          from,
        );
        yield* run('UPDATE stream SET last_number = last_number - ? WHERE stream = ?', withdrawn, holder.stream);
      }),

    pendingImages: (stream) =>
      db.read(function* () {
        const rows = yield* all("SELECT * FROM image WHERE stream = ? AND state = 'pending' ORDER BY number", stream);
        return rows.map(imageOf);
      }),

    pendingStreams: () =>
      db.read(function* () {
        const rows = yield* all("SELECT DISTINCT stream FROM image WHERE state = 'pending' ORDER BY stream");
        return rows.map((row) => String(row['stream']));
      }),

    images: (ids) => db.read(() => together(ids, imageWith)),
    references: (ids) => db.read(() => together(ids, referenceOf)),
    newestImages: (queries) => db.read(() => together(queries, newestOf)),
    imagesOfFiles: (queries) => db.read(() => together(queries, imagesOfFile)),
  };
}

/** Within a transaction: adds the pictures of a stream, except those whose receipt has a row. */
function* addAll(stream: string, pictures: readonly NewImage[]): Work<ImageRecord[]> {
  const byReceipt = distinct(pictures, ({ receiptId }) => receiptId);
  const records = new Map<string, ImageRecord>();
  const known = yield* together([...byReceipt.keys()], (receiptId) =>
    get('SELECT * FROM image WHERE receipt_id = ?', receiptId),
  );
  for (const row of known) {
    if (row === undefined) continue;
    const image = imageOf(row);
    records.set(image.receiptId, image);
    byReceipt.delete(image.receiptId);
  }
  if (byReceipt.size > 0) {
    const counter = yield* get(
      'UPDATE stream SET last_number = last_number + ? WHERE stream = ? RETURNING last_number',
      byReceipt.size,
      stream,
    );
    const first = Number(counter?.['last_number']) - byReceipt.size + 1;
    const added = [...byReceipt.values()].map((picture, at) => ({ picture, number: first + at }));
    for (const image of yield* together(added, add)) records.set(image.receiptId, image);
  }
  return pictures.flatMap(({ receiptId }) => records.get(receiptId) ?? []);
}

function* add({ picture, number }: { readonly picture: NewImage; readonly number: number }): Work<ImageRecord> {
  yield* run(
    `INSERT INTO image (stream, number, receipt_id, format, origin, sha256, bytes, received_at, mask,
       captured_at, capture, host, modified_at, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
    picture.stream,
    number,
    picture.receiptId,
    picture.format,
    picture.origin,
    picture.sha256,
    picture.bytes,
    picture.receivedAt,
    picture.mask,
    picture.capture?.at ?? null,
    picture.capture && JSON.stringify(picture.capture),
    picture.file?.host ?? null,
    picture.file?.modifiedAt ?? null,
  );
  return { ...picture, number, attempt: 1, state: 'pending', movedTo: null, fact: null, position: null };
}

function* imageWith({ stream, number }: ImageId): Work<ImageRecord | undefined> {
  return one(yield* get('SELECT * FROM image WHERE stream = ? AND number = ?', stream, number));
}

function* referenceOf({ stream, number }: ImageId): Work<ImageRecord | undefined> {
  return one(
    yield* get(
      `SELECT * FROM image
       WHERE stream = ? AND number < ? AND state = 'ready' AND (verdict IS NULL OR verdict = 'decodes')
       ORDER BY number DESC LIMIT 1`,
      stream,
      number,
    ),
  );
}

function* newestOf({ stream, path }: NewestImageQuery): Work<ImageRecord | undefined> {
  return one(
    path === undefined
      ? yield* get('SELECT * FROM image WHERE stream = ? ORDER BY number DESC LIMIT 1', stream)
      : yield* get(
          'SELECT * FROM image WHERE stream = ? AND coalesce(moved_to, origin) = ? ORDER BY number DESC LIMIT 1',
          stream,
          path,
        ),
  );
}

/** The digest's beginning is what the index has. */
function* imagesOfFile({ stream, sha256, file, after, limit }: SameFileQuery): Work<ImageRecord[]> {
  const rows = yield* all(
    `SELECT * FROM image
     WHERE stream = ? AND modified_at = ? AND substr(sha256, 1, 16) = substr(?, 1, 16) AND number > ?
       AND sha256 = ? AND host = ?
     ORDER BY number LIMIT ?`,
    stream,
    file.modifiedAt,
    sha256,
    after,
    sha256,
    file.host,
    limit,
  );
  return rows.map(imageOf);
}

function one(row: Row | undefined): ImageRecord | undefined {
  return row === undefined ? undefined : imageOf(row);
}
