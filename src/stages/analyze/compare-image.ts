import { asImgpipeError } from '../../domain/errors.ts';
import {
  type DecodeFact,
  type ImageId,
  type ImageRecord,
  imageName,
  type NewDeadLetter,
  type NewOutcome,
} from '../../domain/records.ts';
import type { Threshold } from '../../domain/threshold.ts';
import type { ImageCatalog } from '../../ports/catalog/images.ts';
import type { Comparator, PictureSource } from '../../ports/comparator.ts';
import type { ReceivedMessage } from '../../ports/event-bus.ts';
import type { HandlerContext } from '../consume/consume.ts';
import { deadLetterOf, reasonOf } from '../consume/received-message.ts';

export interface ImageComparisonParts {
  readonly catalog: Pick<ImageCatalog, 'references'>;
  readonly comparator: Pick<Comparator, 'inspect' | 'compare'>;
  readonly picture: (image: ImageRecord, context: HandlerContext) => PictureSource;
  /** A stored mask, by its digest. */
  readonly mask: (sha256: string) => PictureSource;
  readonly technique: string;
  readonly threshold: Threshold;
  /** The store's address, for the event's text file. */
  readonly base: string;
}

/** An image to compare, with the message that names it. */
export interface ComparisonTask {
  readonly message: ReceivedMessage;
  readonly image: ImageRecord;
  /** The nearest earlier image that may decode, according to the catalog. */
  readonly reference: ImageRecord | undefined;
}

/** An outcome to store, with the difference image of an event. */
export interface ComparedImage {
  readonly image: ImageRecord;
  readonly outcome: NewOutcome;
  readonly difference: Uint8Array | null;
}

/** Which images decode, as found while one batch of messages is handled. Keyed by image name. */
export type DecodeCache = Map<string, Promise<DecodeFact>>;

/** The facts that one comparison relied on. They are stored with its outcome. */
type Facts = Map<string, ImageId & { readonly fact: DecodeFact }>;

type ComparisonResult = Pick<NewOutcome, 'kind' | 'measurement' | 'regions' | 'reference'> & {
  readonly difference: Uint8Array | null;
};

const FIRST: ComparisonResult = { kind: 'first', measurement: null, regions: null, reference: null, difference: null };

/** Compares an image with the nearest earlier one of its stream that decodes. */
export function createImageComparison(parts: ImageComparisonParts) {
  const { catalog, comparator, picture, mask, technique, threshold, base } = parts;

  /** Whether an image decodes: from its row, from the cache, or from the comparator. */
  async function factOf(
    image: ImageRecord,
    facts: Facts,
    decodeCache: DecodeCache,
    context: HandlerContext,
  ): Promise<DecodeFact> {
    if (image.fact !== null) return image.fact;
    const name = imageName(image);
    let inspection = decodeCache.get(name);
    if (inspection === undefined) {
      inspection = comparator.inspect(picture(image, context));
      decodeCache.set(name, inspection);
    }
    return addFact(image, await inspection, facts);
  }

  function maskOf({ mask: sha256 }: ImageRecord): PictureSource | undefined {
    return sha256 === null ? undefined : mask(sha256);
  }

  async function compareWithReference(
    task: ComparisonTask,
    facts: Facts,
    decodeCache: DecodeCache,
    context: HandlerContext,
  ): Promise<ComparisonResult> {
    const { image } = task;
    const inspect = (each: ImageRecord) => factOf(each, facts, decodeCache, context);
    let { reference } = task;
    for (;;) {
      if (reference?.sha256 === image.sha256) {
        // Equal bytes decode to the same result: one inspection serves both.
        const inspection = inspect(reference);
        if (image.fact === null) decodeCache.set(imageName(image), inspection);
        const fact = addFact(image, await inspection, facts);
        if (fact.verdict !== 'decodes') throw new Undecodable(fact);
        return { kind: 'unchanged', measurement: 0, regions: null, reference: reference.number, difference: null };
      }
      // The image itself is inspected first, so that its dead letter names its own defect and not the reference's.
      const own = await inspect(image);
      if (own.verdict !== 'decodes') throw new Undecodable(own);
      if (reference === undefined) return FIRST;
      const fact = await inspect(reference);
      if (fact.verdict === 'decodes') {
        const pair = { reference: picture(reference, context), image: picture(image, context), mask: maskOf(image) };
        const compared = await comparator.compare(pair, { technique, threshold });
        return { ...compared, reference: reference.number };
      }
      [reference] = await catalog.references([reference]);
    }
  }

  /**
   * Compares one image and returns the outcome to store, also for a picture that cannot be compared (`dead`). Throws
   * transient errors and bugs.
   */
  return async function compare(
    task: ComparisonTask,
    decodeCache: DecodeCache,
    context: HandlerContext,
  ): Promise<ComparedImage> {
    const { image, message } = task;
    const facts: Facts = new Map();
    const common = () => ({
      image: { stream: image.stream, number: image.number },
      technique,
      threshold,
      base,
      analyzedAt: new Date().toISOString(),
      facts: [...facts.values()],
    });
    try {
      const { difference, ...result } = await compareWithReference(task, facts, decodeCache, context);
      return { image, outcome: { ...common(), ...result }, difference };
    } catch (thrown) {
      const reason = defectOf(thrown);
      if (reason === undefined) throw thrown;
      const outcome = { ...common(), kind: 'dead', measurement: null, regions: null, reference: null } as const;
      const deadLetter = deadLetterOf(message, {
        stage: 'analyze',
        ...reason,
        attempts: 1,
        at: outcome.analyzedAt,
        image: outcome.image,
        technique,
        event: null,
      });
      return { image, outcome: { ...outcome, deadLetter }, difference: null };
    }
  };
}

function addFact({ stream, number }: ImageId, fact: DecodeFact, facts: Facts): DecodeFact {
  facts.set(imageName({ stream, number }), { stream, number, fact });
  return fact;
}

/** Thrown for a picture that is known not to decode. */
class Undecodable extends Error {
  readonly fact: Exclude<DecodeFact, { verdict: 'decodes' }>;

  constructor(fact: Exclude<DecodeFact, { verdict: 'decodes' }>) {
    super(fact.detail);
    this.fact = fact;
  }
}

/** What is wrong with a picture; undefined if the error is not the picture's fault. */
function defectOf(thrown: unknown): Pick<NewDeadLetter, 'reason' | 'detail' | 'stack'> | undefined {
  if (thrown instanceof Undecodable) return { reason: thrown.fact.verdict, detail: thrown.fact.detail, stack: null };
  const error = asImgpipeError(thrown);
  return error.blame === 'message' ? reasonOf(error) : undefined;
}
