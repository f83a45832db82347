import { type ImageRecord, type NewImage, pathOf } from '../../domain/records.ts';
import { putImage, type Tables } from './tables.ts';

/** Where the files of images are, and the maps by which they are found. */

export function pathKey(stream: string, path: string): string {
  return `${stream} ${path}`;
}

/** Identifies a file by its content and its facts; undefined for an image that is not from a file. */
export function fileKey({ stream, sha256, file }: Pick<NewImage, 'stream' | 'sha256' | 'file'>): string | undefined {
  return file === null ? undefined : `${stream} ${sha256} ${file.modifiedAt} ${file.host}`;
}

/** Adds the row of a new image. */
export function addImage(tables: Tables, image: ImageRecord): void {
  const { stream, number } = image;
  tables.lastNumbers.set(stream, number);
  tables.receipts.set(image.receiptId, { stream, number });
  tables.newestOfPath.set(pathKey(stream, pathOf(image)), number);
  const file = fileKey(image);
  if (file !== undefined) tables.numbersOfFile.set(file, [...(tables.numbersOfFile.get(file) ?? []), number]);
  putImage(tables, image);
}

/** Removes the last image of a stream. */
export function deleteImage(tables: Tables, image: ImageRecord): void {
  const { stream, number } = image;
  tables.images.get(stream)?.delete(number);
  tables.receipts.delete(image.receiptId);
  tables.lastNumbers.set(stream, (tables.lastNumbers.get(stream) ?? 0) - 1);
  updateNewestOf(tables, stream, pathOf(image));
  const file = fileKey(image);
  if (file === undefined) return;
  const others = tables.numbersOfFile.get(file)?.filter((each) => each !== number) ?? [];
  tables.numbersOfFile.set(file, others);
}

/** Records that the file of an image was found at another path. */
export function moveImage(tables: Tables, image: ImageRecord, path: string): void {
  putImage(tables, { ...image, movedTo: path === image.origin ? null : path });
  for (const each of [pathOf(image), path]) updateNewestOf(tables, image.stream, each);
}

function updateNewestOf(tables: Tables, stream: string, path: string): void {
  const numbers = [...(tables.images.get(stream)?.values() ?? [])].flatMap((each) =>
    pathOf(each) === path ? each.number : [],
  );
  if (numbers.length === 0) tables.newestOfPath.delete(pathKey(stream, path));
  else tables.newestOfPath.set(pathKey(stream, path), Math.max(...numbers));
}
