import { withBoxes } from '../../analysis/region-boxes.ts';
import type { Region } from '../../base/region.ts';
import type { PictureFormat } from '../../domain/records.ts';
import { decodePicture, encodeJpeg } from './codec.ts';
import type { Limits } from './limits.ts';

/** Encodes a copy of a picture with a box around each region as a JPEG. */
export async function boxedPicture(
  { bytes, format }: { readonly bytes: Uint8Array; readonly format: PictureFormat },
  regions: readonly Pick<Region, 'box'>[],
  limits: Limits,
): Promise<Uint8Array> {
  return encodeJpeg(withBoxes(await decodePicture(bytes, format, limits), regions));
}
