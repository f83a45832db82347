import type { ImgpipeError } from '../domain/errors.ts';
import { deadLetterMessage, type Message } from '../domain/messages.ts';
import { readMessage } from '../domain/read-message.ts';
import type { ImageId } from '../domain/records.ts';
import type { Observer } from '../domain/reports.ts';
import type { Threshold } from '../domain/threshold.ts';
import type { Catalog, PipelineIdentity } from '../ports/catalog.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { deadLetterOf, reasonOf } from './dead-letter.ts';

export interface ImageDeadLetterParts extends Observer {
  readonly catalog: Catalog;
  readonly store: Pick<ObjectStore, 'address'>;
  readonly pipeline: Pick<PipelineIdentity, 'pipelineId'>;
  readonly technique: string;
  readonly threshold: Threshold;
}

/** Enters a message that analysis cannot handle as a dead letter, and where it names an image without an outcome that image as dead. */
export function createImageDeadLetterer({
  catalog,
  store,
  pipeline,
  technique,
  threshold,
  onReport,
}: ImageDeadLetterParts) {
  return async function deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message> {
    // A message that lies about its image says nothing about the image itself.
    const [image] = error.code === 'bad_message' ? [] : await catalog.images(imageIn(message));
    const id = image === undefined ? null : { stream: image.stream, number: image.number };
    const [standing] = id === null ? [] : await catalog.outcomes(technique, [id]);
    const letter = deadLetterOf(message, {
      stage: 'analyze',
      ...reasonOf(error),
      attempts,
      at: new Date().toISOString(),
      image: id,
      technique: id === null ? null : technique,
      event: standing?.event?.number ?? null,
    });
    if (id === null || standing !== undefined) {
      await catalog.addDeadLetters([letter]);
    } else {
      const dead = {
        kind: 'dead',
        measurement: null,
        regions: null,
        reference: null,
        facts: [],
        analyzedAt: letter.at,
      } as const;
      await catalog.addOutcomes([
        { ...dead, image: id, technique, threshold, base: store.address, deadLetter: letter },
      ]);
    }
    onReport?.({ kind: 'dead_letter', letter, origin: image?.origin });
    return deadLetterMessage(pipeline.pipelineId, letter);
  };
}

/** The image that a message names, if it can be read that far. */
function imageIn(message: ReceivedMessage): ImageId[] {
  try {
    const { stream, image_num } = readMessage('imgpipe.image.received.v1', message).data;
    return [{ stream, number: image_num }];
  } catch {
    return [];
  }
}
