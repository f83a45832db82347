import type { Mask } from '../analysis/mask.ts';
import type { Pixels } from '../analysis/pixels.ts';
import type { Region } from '../domain/records.ts';
import type { Threshold, ThresholdUnit } from '../domain/threshold.ts';

/** What a technique knows besides the two pictures. */
export interface TechniqueContext {
  /** The mask, of the size of the pictures; undefined without one. */
  readonly mask: Mask | undefined;
  /** The measurement must be above it for an event. */
  readonly threshold: Threshold;
}

export interface TechniqueResult {
  /** A finite number of 0 or more. */
  readonly measurement: number;
  /** The regions that have changed, the strongest first; null or left out if the technique does not look for regions. */
  readonly regions?: readonly Region[] | null;
}

/**
 * A comparison of two pictures that a program provides. Its outcomes are recorded under `name@version`, and its name has a
 * consumer group of its own, so that it analyzes all images of its streams from the first one on. A newer version takes
 * over where the one before was: what that has judged stays judged.
 */
export interface CustomTechnique {
  /** 1 to 32 of a-z, 0-9, '_' and '-', starting with a letter. `l2` and `changed` are reserved. */
  readonly name: string;
  /** A whole number from 1. Raise it when the technique measures differently. */
  readonly version: number;
  /** The unit of the measurement: brightness levels, pixels, or `score` for any other number. */
  readonly unit: Exclude<ThresholdUnit, '%'>;
  /**
   * Compares two pictures of one size; images that are the same file, or have another size, never get here. Where the
   * mask is black the reference equals the image. It runs in the calling process, several calls may be in flight, and it
   * must not write to the pixels. If it throws, the image becomes a dead letter after three attempts.
   */
  measure(reference: Pixels, image: Pixels, context: TechniqueContext): TechniqueResult | Promise<TechniqueResult>;
}
