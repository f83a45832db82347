import { ImgpipeError } from '../../domain/errors.ts';
import type { MessageData } from '../../domain/messages.ts';
import { eventTextKey, imageKey } from '../../domain/object-keys.ts';
import { type EventRecord, type ImageId, type ImageRecord, imageName } from '../../domain/records.ts';

/** A message identifies a row. Every field that it repeats must agree with the row. */

/** The image's row. Throws `unknown_row` if there is none. */
export function requireImage(id: ImageId, image: ImageRecord | undefined): ImageRecord {
  if (image === undefined) throw new ImgpipeError('unknown_row', `the catalog has no image ${imageName(id)}`);
  return image;
}

/** The row of the image that a message names. Throws `unknown_row`, or `bad_message` if message and row disagree. */
export function imageOfMessage(
  data: MessageData<'imgpipe.image.received.v1'>,
  image: ImageRecord | undefined,
): ImageRecord {
  const row = requireImage({ stream: data.stream, number: data.image_num }, image);
  const previous = row.number === 1 ? null : row.number - 1;
  if (data.sha256 !== row.sha256 || data.image_db_path !== imageKey(row) || data.previous_image_num !== previous) {
    throw new ImgpipeError('bad_message', `the message does not match the catalog's row of image ${imageName(row)}`);
  }
  return row;
}

/** The row of the event that a message names. Throws `unknown_row`, or `bad_message` if message and row disagree. */
export function eventOfMessage(
  data: MessageData<'imgpipe.image.event.v1'>,
  event: EventRecord | undefined,
): EventRecord {
  if (event === undefined) throw new ImgpipeError('unknown_row', `the catalog has no event ${data.image_event_num}`);
  if (
    data.stream !== event.image.stream ||
    data.image_num !== event.image.number ||
    data.image_event_db_path !== `${event.base}/${eventTextKey(event)}` ||
    data.technique !== event.technique ||
    data.kind !== event.kind ||
    data.measurement !== event.measurement
  ) {
    throw new ImgpipeError('bad_message', `the message does not match the catalog's row of event ${event.number}`);
  }
  return event;
}
