import { asImgpipeError } from '../domain/errors.ts';
import {
  type DecodeFact,
  type ImageId,
  type ImageRecord,
  imageName,
  type NewDeadLetter,
  type NewOutcome,
} from '../domain/records.ts';
import type { Threshold } from '../domain/threshold.ts';
import type { ImageCatalog } from '../ports/catalog/images.ts';
import type { Comparator, PictureSource } from '../ports/comparator.ts';
import type { ReceivedMessage } from '../ports/event-bus.ts';
import type { HandlerContext } from './consume.ts';
import { deadLetterOf, reasonOf } from './dead-letter.ts';

export interface JudgeParts {
  readonly catalog: Pick<ImageCatalog, 'references'>;
  readonly comparator: Comparator;
  readonly picture: (image: ImageRecord, context: HandlerContext) => PictureSource;
  /** A stored mask, by its digest. */
  readonly mask: (sha256: string) => PictureSource;
  readonly technique: string;
  readonly threshold: Threshold;
  /** The store's address, for the event's text file. */
  readonly base: string;
}

/** An outcome to be entered, with the difference image of an event. */
export interface Judgement {
  readonly image: ImageRecord;
  readonly outcome: NewOutcome;
  readonly difference: Uint8Array | null;
}

/** What one run of messages finds out about images that the catalog says nothing of yet. */
export type Findings = Map<string, Promise<DecodeFact>>;

/** What one judgement has made use of, and enters. */
type Facts = Map<string, ImageId & { readonly fact: DecodeFact }>;

type Verdict = Pick<NewOutcome, 'kind' | 'measurement' | 'regions' | 'reference'> & {
  readonly difference: Uint8Array | null;
};

const FIRST: Verdict = { kind: 'first', measurement: null, regions: null, reference: null, difference: null };

/** Finds an image's reference and compares the two. */
export function createJudge({ catalog, comparator, picture, mask, technique, threshold, base }: JudgeParts) {
  /** Whether an image decodes: as the catalog says, as this run has found, or as the comparator finds now. */
  async function factOf(
    image: ImageRecord,
    facts: Facts,
    findings: Findings,
    context: HandlerContext,
  ): Promise<DecodeFact> {
    if (image.fact !== null) return image.fact;
    const name = imageName(image);
    let finding = findings.get(name);
    if (finding === undefined) {
      finding = comparator.inspect(picture(image, context));
      findings.set(name, finding);
    }
    return note(image, await finding, facts);
  }

  function maskOf({ mask: sha256 }: ImageRecord): PictureSource | undefined {
    return sha256 === null ? undefined : mask(sha256);
  }

  /** Compares an image with the nearest earlier one that decodes. */
  async function compareWithReference(
    image: ImageRecord,
    facts: Facts,
    findings: Findings,
    context: HandlerContext,
  ): Promise<Verdict> {
    const look = (at: ImageRecord) => factOf(at, facts, findings, context);
    let before: ImageId = image;
    for (;;) {
      const [reference] = await catalog.references([before]);
      if (reference?.sha256 === image.sha256) {
        // Equal bytes decode alike: one look serves both.
        const looking = look(reference);
        if (image.fact === null) findings.set(imageName(image), looking);
        const fact = note(image, await looking, facts);
        if (fact.verdict !== 'decodes') throw new Undecodable(fact);
        return { kind: 'unchanged', measurement: 0, regions: null, reference: reference.number, difference: null };
      }
      // An image's own bytes are looked at first, so that what is wrong with them is told of it and not of another.
      const own = await look(image);
      if (own.verdict !== 'decodes') throw new Undecodable(own);
      if (reference === undefined) return FIRST;
      const fact = await look(reference);
      if (fact.verdict === 'decodes') {
        const pair = { reference: picture(reference, context), image: picture(image, context), mask: maskOf(image) };
        const compared = await comparator.compare(pair, { technique, threshold });
        return { ...compared, reference: reference.number };
      }
      before = reference;
    }
  }

  /**
   * The judgement of the image that a message names. What it makes use of is entered with the outcome, and looked up
   * in `findings` first. Errors of the surroundings and bugs come out.
   */
  return async function judge(
    image: ImageRecord,
    message: ReceivedMessage,
    findings: Findings,
    context: HandlerContext,
  ): Promise<Judgement> {
    const facts: Facts = new Map();
    const entered = () => ({
      image: { stream: image.stream, number: image.number },
      technique,
      threshold,
      base,
      analyzedAt: new Date().toISOString(),
      facts: [...facts.values()],
    });
    try {
      const { difference, ...verdict } = await compareWithReference(image, facts, findings, context);
      return { image, outcome: { ...entered(), ...verdict }, difference };
    } catch (thrown) {
      const reason = faultOf(thrown);
      if (reason === undefined) throw thrown;
      const outcome = { ...entered(), kind: 'dead', measurement: null, regions: null, reference: null } as const;
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

function note({ stream, number }: ImageId, fact: DecodeFact, facts: Facts): DecodeFact {
  facts.set(imageName({ stream, number }), { stream, number, fact });
  return fact;
}

/** A picture's own fact says that there is nothing to compare. */
class Undecodable extends Error {
  readonly fact: Exclude<DecodeFact, { verdict: 'decodes' }>;

  constructor(fact: Exclude<DecodeFact, { verdict: 'decodes' }>) {
    super(fact.detail);
    this.fact = fact;
  }
}

/** Why a picture is dead; undefined where it is not the picture's fault. */
function faultOf(thrown: unknown): Pick<NewDeadLetter, 'reason' | 'detail' | 'stack'> | undefined {
  if (thrown instanceof Undecodable) return { reason: thrown.fact.verdict, detail: thrown.fact.detail, stack: null };
  const error = asImgpipeError(thrown);
  return error.blame === 'message' ? reasonOf(error) : undefined;
}
