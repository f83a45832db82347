import type { ImageRecord } from '../../domain/records.ts';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture's displayed size; undefined if unknown. */
export function sizeOf({ fact }: Pick<ImageRecord, 'fact'>): Size | undefined {
  return fact?.verdict === 'decodes' ? { width: fact.width, height: fact.height } : undefined;
}

/** The size that holds both pictures, aligned at their top left corners. */
export function canvasOf(image: ImageRecord, reference: ImageRecord): Size | undefined {
  const [one, other] = [sizeOf(image), sizeOf(reference)];
  if (one === undefined || other === undefined) return one ?? other;
  return { width: Math.max(one.width, other.width), height: Math.max(one.height, other.height) };
}
