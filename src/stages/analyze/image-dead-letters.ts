import type { ImgpipeError } from '../../domain/errors.ts';
import { deadLetterMessage, type Message } from '../../domain/messages.ts';
import { type ImageRecord, imageName, type NewDeadLetter, type OutcomeRecord } from '../../domain/records.ts';
import type { Observer } from '../../domain/reports.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { Catalog } from '../../ports/catalog/catalog.ts';
import type { PipelineIdentity } from '../../ports/catalog/pipeline.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { deadLetterOf, reasonOf } from '../consume/received-message.ts';
import { type MessageRows, sortMessages } from '../consume/sort-messages.ts';

export interface ImageDeadLetterParts extends Observer {
  readonly catalog: Pick<Catalog, 'outcomes' | 'addDeadLetters' | 'addOutcomes'>;
  readonly images: MessageRows<'imgpipe.image.received.v1', ImageRecord>;
  readonly store: Pick<ObjectStore, 'address'>;
  readonly pipeline: Pick<PipelineIdentity, 'pipelineId'>;
  readonly technique: string;
  readonly threshold: Threshold;
}

/**
 * Stores a message that analysis cannot handle as a dead letter. If it is about an image without an outcome, the image's
 * outcome becomes `dead`.
 */
export function createImageDeadLetterer(parts: ImageDeadLetterParts) {
  const { catalog, images, store, pipeline, technique, threshold, onReport } = parts;

  return async function deadLetter(message: ReceivedMessage, error: ImgpipeError, attempts: number): Promise<Message> {
    const [about] = await sortMessages([message], images);
    // A message that is not about a row says nothing about the image with its number.
    const image = about?.kind === 'named' ? about.row : undefined;
    const id = image === undefined ? null : { stream: image.stream, number: image.number };
    const [existing] = id === null ? [] : await catalog.outcomes(technique, [id]);
    const letter = deadLetterOf(message, {
      stage: 'analyze',
      ...reasonOf(error),
      attempts,
      at: new Date().toISOString(),
      image: id,
      technique: id === null ? null : technique,
      event: existing?.event?.number ?? null,
    });
    if (id === null || existing !== undefined) {
      await catalog.addDeadLetters([letter]);
    } else {
      const dead = {
        kind: 'dead',
        measurement: null,
        regions: null,
        reference: null,
        differenceSha256: null,
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

/**
 * Removes the dead letters of images that have been handled since. Returns those of images whose outcome is `dead`,
 * because their copies may not have been published yet.
 */
export async function resolveExistingDeadLetters(
  catalog: Pick<Catalog, 'deadLettersOf' | 'removeDeadLetters'>,
  technique: string,
  existing: readonly OutcomeRecord[],
): Promise<NewDeadLetter[]> {
  if (existing.length === 0) return [];
  const dead = new Set(existing.flatMap(({ image, kind }) => (kind === 'dead' ? [imageName(image)] : [])));
  const letters = await catalog.deadLettersOf(
    technique,
    existing.map(({ image }) => image),
  );
  const ofDead = letters.filter(({ image }) => image !== null && dead.has(imageName(image)));
  const handled = letters.filter((letter) => !ofDead.includes(letter));
  if (handled.length > 0) await catalog.removeDeadLetters(handled.map(({ id }) => id));
  return ofDead;
}
