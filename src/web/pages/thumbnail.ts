import { html } from 'hono/html';
import type { AlertEntry } from '../../ports/catalog/browsing.ts';
import { type Role, thumbnailUrl } from '../urls.ts';
import { canvasOf, type Size, sizeOf } from './geometry.ts';
import type { Html } from './layout.ts';
import { nameOf } from './words.ts';

/** The maximum width and height of a thumbnail, in pixels. */
const EDGE = 240;

/** Thumbnails of the three pictures of an alert. */
export function thumbnails({ alert, event, image, reference }: AlertEntry): Html {
  const one = (role: Role, sha256: string, size: Size | undefined, alt: string) =>
    html`<img src="${thumbnailUrl(alert.number, role, sha256)}"${edges(size)} alt="${alt}" loading="lazy" decoding="async">`;
  return html`<div class="thumbs">${one('reference', reference.sha256, sizeOf(reference), `Previous image ${nameOf(reference)}`)}${one(
    'image',
    image.sha256,
    sizeOf(image),
    `Image ${nameOf(image)}`,
  )}${one('difference', event.differenceSha256 ?? '', canvasOf(image, reference), `Difference image ${alert.number}`)}</div>`;
}

function edges(size: Size | undefined): Html | string {
  if (size === undefined) return '';
  const { width, height } = thumbnailSize(size);
  return html` width="${width}" height="${height}"`;
}

/** The size of a picture's thumbnail: scaled down to fit, never enlarged. */
export function thumbnailSize({ width, height }: Size): Size {
  const scale = Math.min(1, EDGE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
