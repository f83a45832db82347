import { LockLost } from '../../domain/errors.ts';
import type { ImageId, ImageRecord, NewImage } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery, SameFileQuery, StreamHolder } from '../../ports/catalog/images.ts';
import type { Database, Row } from './database.ts';
import { imageOf, positionValues } from './rows.ts';

export function createImageRows(db: Database): ImageCatalog {
  function add(picture: NewImage): ImageRecord {
    const known = db.get('SELECT * FROM image WHERE receipt_id = ?', picture.receiptId);
    if (known !== undefined) return imageOf(known);
    const next = db.get(
      'UPDATE stream SET last_number = last_number + 1 WHERE stream = ? RETURNING last_number',
      picture.stream,
    );
    const number = Number(next?.['last_number']);
    db.run(
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

  /** Runs `work` in one transaction, in which the holder's token is the stream's. */
  function writeAs<T>({ stream, token }: StreamHolder, work: () => T): Promise<T> {
    return db.write(() => {
      if (db.run('UPDATE stream SET token = token WHERE stream = ? AND token = ?', stream, token) === 0)
        throw new LockLost();
      return work();
    });
  }

  const one = (row: Row | undefined) => (row === undefined ? undefined : imageOf(row));

  return {
    fenceStream: ({ stream, token }) =>
      db.write(
        () =>
          void db.run(
            `INSERT INTO stream (stream, last_number, token) VALUES (?, 0, ?)
             ON CONFLICT (stream) DO UPDATE SET token = excluded.token`,
            stream,
            token,
          ),
      ),

    writeImages: (holder, { published = [], ready = [], added = [], moved = [] }) =>
      writeAs(holder, () => {
        for (const { number, position } of published) {
          db.run(
            `UPDATE image SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
             WHERE stream = ? AND number = ?`,
            ...positionValues(position),
            holder.stream,
            number,
          );
        }
        for (const number of ready) {
          db.run(
            "UPDATE image SET state = 'ready' WHERE stream = ? AND number = ? AND state = 'pending'",
            holder.stream,
            number,
          );
        }
        for (const { number, path } of moved) {
          db.run(
            'UPDATE image SET moved_to = nullif(?, origin) WHERE stream = ? AND number = ?',
            path,
            holder.stream,
            number,
          );
        }
        return added.map(add);
      }),

    nextImageAttempt: (holder, numbers) =>
      writeAs(holder, () =>
        numbers.flatMap((number) =>
          db
            .all(
              "UPDATE image SET attempt = attempt + 1 WHERE stream = ? AND number = ? AND state = 'pending' RETURNING *",
              holder.stream,
              number,
            )
            .map(imageOf),
        ),
      ),

    withdrawImages: (holder, from) =>
      writeAs(holder, () => {
        const withdrawn = db.run(
          "DELETE FROM image WHERE stream = ? AND number >= ? AND state = 'pending'",
          holder.stream,
          from,
        );
        db.run('UPDATE stream SET last_number = last_number - ? WHERE stream = ?', withdrawn, holder.stream);
      }),

    pendingImages: async (stream) =>
      db.all("SELECT * FROM image WHERE stream = ? AND state = 'pending' ORDER BY number", stream).map(imageOf),

    pendingStreams: async () =>
      db
        .all("SELECT DISTINCT stream FROM image WHERE state = 'pending' ORDER BY stream")
        .map((row) => String(row['stream'])),

    images: async (ids) =>
      ids.map((id) => one(db.get('SELECT * FROM image WHERE stream = ? AND number = ?', id.stream, id.number))),

    references: async (ids) => ids.map((id) => one(referenceOf(db, id))),

    newestImages: async (queries) => queries.map((query) => one(newestOf(db, query))),

    imagesOfFiles: async (queries) => queries.map((query) => imagesOfFile(db, query)),
  };
}

function referenceOf(db: Database, id: ImageId): Row | undefined {
  return db.get(
    `SELECT * FROM image
     WHERE stream = ? AND number < ? AND state = 'ready' AND (verdict IS NULL OR verdict = 'decodes')
     ORDER BY number DESC LIMIT 1`,
    id.stream,
    id.number,
  );
}

function newestOf(db: Database, { stream, path }: NewestImageQuery): Row | undefined {
  if (path === undefined) return db.get('SELECT * FROM image WHERE stream = ? ORDER BY number DESC LIMIT 1', stream);
  return db.get(
    'SELECT * FROM image WHERE stream = ? AND coalesce(moved_to, origin) = ? ORDER BY number DESC LIMIT 1',
    stream,
    path,
  );
}

/** The digest's beginning is what the index has. */
function imagesOfFile(db: Database, { stream, sha256, file, after, limit }: SameFileQuery): ImageRecord[] {
  return db
    .all(
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
    )
    .map(imageOf);
}
