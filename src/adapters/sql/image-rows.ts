import { LockLost } from '../../domain/errors.ts';
import type { ImageId, ImageRecord, NewImage } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery, SameFileQuery, StreamHolder } from '../../ports/catalog/images.ts';
import { imageOf, positionValues } from './rows.ts';
import type { SqlDatabase } from './sql-database.ts';
import { all, each, get, type Row, run, type Work } from './work.ts';

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
        for (const { number, position } of published) {
          yield* run(
            `UPDATE image SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
             WHERE stream = ? AND number = ?`,
            ...positionValues(position),
            holder.stream,
            number,
          );
        }
        for (const number of ready) {
          yield* run(
            "UPDATE image SET state = 'ready' WHERE stream = ? AND number = ? AND state = 'pending'",
            holder.stream,
            number,
          );
        }
        for (const { number, path } of moved) {
          yield* run(
            'UPDATE image SET moved_to = nullif(?, origin) WHERE stream = ? AND number = ?',
            path,
            holder.stream,
            number,
          );
        }
        return yield* each(added, add);
      }),

    nextImageAttempt: (holder, numbers) =>
      writeAs(holder, function* () {
        const changed = yield* each(numbers, (number) =>
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

    images: (ids) => db.read(() => each(ids, imageWith)),
    references: (ids) => db.read(() => each(ids, referenceOf)),
    newestImages: (queries) => db.read(() => each(queries, newestOf)),
    imagesOfFiles: (queries) => db.read(() => each(queries, imagesOfFile)),
  };
}

/** Within a transaction: adds a picture, unless its receipt has a row. */
function* add(picture: NewImage): Work<ImageRecord> {
  const known = yield* get('SELECT * FROM image WHERE receipt_id = ?', picture.receiptId);
  if (known !== undefined) return imageOf(known);
  const next = yield* get(
    'UPDATE stream SET last_number = last_number + 1 WHERE stream = ? RETURNING last_number',
    picture.stream,
  );
  const number = Number(next?.['last_number']);
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
