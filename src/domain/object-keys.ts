import type { ImageId, PictureFormat } from './records.ts';
import { DEFAULT_STREAM } from './stream-name.ts';

/**
 * The keys of the object store, which are the paths of the reference's folders. They are computed, never read from
 * input. A key that has other bytes stops nothing: its row moves on to the next attempt, whose number is in the key.
 */

/** The folder of the images. */
export const IMAGES = 'image_database';
const EVENTS = 'image_event_database';
const ALERTS = 'image_event_alerts';
/** The folder of the masks. */
export const MASKS = 'image_masks';

/** The folders that only the pipeline writes to. */
export const OBJECT_FOLDERS = [IMAGES, EVENTS, ALERTS, MASKS] as const;

export function imageKey(image: ImageId & { readonly format: PictureFormat; readonly attempt: number }): string {
  const file = `${String(image.number).padStart(5, '0')}${suffix(image)}.${image.format}`;
  return image.stream === DEFAULT_STREAM ? `${IMAGES}/${file}` : `${IMAGES}/${image.stream}/${file}`;
}

/** The number of an event or alert, and the attempt to put its files. */
interface Numbered {
  readonly number: number;
  readonly attempt: number;
}

export function differenceKey(event: Numbered): string {
  return `${EVENTS}/image_event_${threeDigits(event.number)}${suffix(event)}.jpg`;
}

export function eventTextKey(event: Numbered): string {
  return `${EVENTS}/image_event_${threeDigits(event.number)}${suffix(event)}.txt`;
}

export function alertTextKey(alert: Numbered): string {
  return `${ALERTS}/image_event_alert_${threeDigits(alert.number)}${suffix(alert)}.txt`;
}

/** The key of a mask, from the digest of its bytes. */
export function maskKey(sha256: string): string {
  return `${MASKS}/${sha256}.png`;
}

/** Whether a key is a mask's. A mask without images has no row. */
export function isMaskKey(key: string): boolean {
  return new RegExp(`^${MASKS}/[0-9a-f]{64}\\.png$`).test(key);
}

/** The first attempt has the plain name. */
function suffix({ attempt }: { readonly attempt: number }): string {
  return attempt === 1 ? '' : `.${attempt}`;
}

function threeDigits(number: number): string {
  return String(number).padStart(3, '0');
}
