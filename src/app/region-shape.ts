import type { Region } from '../domain/records.ts';

/** Whether a value is a region of a picture of this size: complete, finite, with its box inside of the picture. */
export function isRegion(value: unknown, size: { readonly width: number; readonly height: number }): value is Region {
  const { box, centroid, area, sum, peak, snr } = fields(value);
  const { x, y, width, height } = fields(box);
  const { x: centreX, y: centreY } = fields(centroid);
  if (![centreX, centreY, area, sum, peak, snr].every((number) => Number.isFinite(number))) return false;
  return isSpan(x, width, size.width) && isSpan(y, height, size.height);
}

function isSpan(start: unknown, length: unknown, end: number): boolean {
  if (!Number.isInteger(start) || !Number.isInteger(length)) return false;
  return Number(start) >= 0 && Number(length) >= 1 && Number(start) + Number(length) <= end;
}

function fields(value: unknown): Record<Field, unknown> {
  return (typeof value === 'object' && value !== null ? value : {}) as Record<Field, unknown>;
}

type Field = 'box' | 'centroid' | 'area' | 'sum' | 'peak' | 'snr' | 'x' | 'y' | 'width' | 'height';
