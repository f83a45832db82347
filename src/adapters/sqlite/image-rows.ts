import type { ImageId, ImageRecord, NewImage } from '../../domain/records.ts';
import type { ImageCatalog, NewestImageQuery } from '../../ports/catalog/images.ts';
import type { Database, Row } from './database.ts';
import { imageOf, positionOf, positionValues } from './rows.ts';

export function createImageRows(db: Database): ImageCatalog {
  function add(picture: NewImage): ImageRecord {
    const known = db.get('SELECT * FROM image WHERE incoming = ?', picture.incoming);
    if (known !== undefined) return imageOf(known);
    const next = db.get(
      `INSERT INTO stream (stream, last_number) VALUES (?, 1)
       ON CONFLICT (stream) DO UPDATE SET last_number = last_number + 1 RETURNING last_number`,
      picture.stream,
    );
    const number = Number(next?.['last_number']);
    db.run(
      `INSERT INTO image (stream, number, incoming, format, origin, sha256, bytes, received_at, mask, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending')`,
      picture.stream,
      number,
      picture.incoming,
      picture.format,
      picture.origin,
      picture.sha256,
      picture.bytes,
      picture.receivedAt,
      picture.mask,
    );
    return { ...picture, number, state: 'pending', fact: null, position: null };
  }

  const one = (row: Row | undefined) => (row === undefined ? undefined : imageOf(row));

  return {
    addImages: (pictures) => db.write(() => pictures.map(add)),

    markImagesReady: (ids) =>
      db.write(() => {
        for (const id of ids) {
          db.run(
            "UPDATE image SET state = 'ready' WHERE stream = ? AND number = ? AND state = 'pending'",
            id.stream,
            id.number,
          );
        }
      }),

    markImagesPublished: (published) =>
      db.write(() => {
        for (const { stream, number, position } of published) {
          db.run(
            `UPDATE image SET place_bus = ?, place_topic = ?, place_partition = ?, place_offset = ?
             WHERE stream = ? AND number = ? AND place_offset IS NULL`,
            ...positionValues(position),
            stream,
            number,
          );
        }
      }),

    clearPublished: (ids) =>
      db.write(() => {
        for (const id of ids) {
          db.run(
            `UPDATE image SET place_bus = NULL, place_topic = NULL, place_partition = NULL, place_offset = NULL
             WHERE stream = ? AND number = ?`,
            id.stream,
            id.number,
          );
        }
      }),

    unpublishedImages: async (stream, limit) =>
      db
        .all(
          `SELECT * FROM image WHERE stream = ? AND (state = 'pending' OR place_offset IS NULL)
           ORDER BY number LIMIT ?`,
          stream,
          limit,
        )
        .map(imageOf),

    unpublishedStreams: async () =>
      db
        .all("SELECT DISTINCT stream FROM image WHERE state = 'pending' OR place_offset IS NULL ORDER BY stream")
        .map((row) => String(row['stream'])),

    images: async (ids) =>
      ids.map((id) => one(db.get('SELECT * FROM image WHERE stream = ? AND number = ?', id.stream, id.number))),

    references: async (ids) => ids.map((id) => one(referenceOf(db, id))),

    imagesInFlight: async (stream, after, limit) =>
      db
        .all(
          `SELECT i.* FROM image i
           WHERE i.stream = ? AND i.number > ? AND i.place_offset IS NOT NULL
             AND (NOT EXISTS (SELECT 1 FROM outcome o WHERE o.stream = i.stream AND o.number = i.number)
               OR EXISTS (SELECT 1 FROM technique t WHERE NOT EXISTS (
                 SELECT 1 FROM outcome o WHERE o.technique = t.technique AND o.stream = i.stream AND o.number = i.number))
               OR EXISTS (SELECT 1 FROM dead_letter d WHERE d.stage = 'analyze' AND d.replayed_at IS NOT NULL
                 AND d.stream = i.stream AND d.image = i.number))
           ORDER BY i.number LIMIT ?`,
          stream,
          after,
          limit,
        )
        .flatMap((row) => {
          const position = positionOf(row);
          return position === null ? [] : [{ stream, number: Number(row['number']), position }];
        }),

    newestImages: async (queries) => queries.map((query) => one(newestOf(db, query))),
  };
}

function referenceOf(db: Database, id: ImageId): Row | undefined {
  return db.get(
    `SELECT * FROM image WHERE stream = ? AND number < ? AND (verdict IS NULL OR verdict = 'decodes')
     ORDER BY number DESC LIMIT 1`,
    id.stream,
    id.number,
  );
}

function newestOf(db: Database, { stream, origin }: NewestImageQuery): Row | undefined {
  return origin === undefined
    ? db.get('SELECT * FROM image WHERE stream = ? ORDER BY number DESC LIMIT 1', stream)
    : db.get('SELECT * FROM image WHERE stream = ? AND origin = ? ORDER BY number DESC LIMIT 1', stream, origin);
}
